import { eventually, startDns } from '@cortex/testing';
import type { DnsReply, TestDns } from '@cortex/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { ask, openFiles } from '../../test/ask.ts';

const name = 'shop.example.org';
let dns: TestDns;

beforeAll(async () => {
  dns = await startDns();
});
afterAll(() => dns.stop());
beforeEach(() => answerWith({ answers: [a('10.0.0.1'), a('10.0.0.2')] }));

function answerWith(reply: DnsReply | undefined): void {
  dns.answer = () => reply;
}

function a(data: string) {
  return { type: 'A' as const, name, data, ttl: 60 };
}

function check(params: JsonRecord = {}, timeoutMs?: number): Promise<CheckOutcome> {
  return ask('dns_resolution', { name, server: `127.0.0.1:${dns.port}`, ...params }, timeoutMs);
}

describe('dns_resolution', () => {
  it('passes when the name has an answer, the expected ones, as many as expected', async () => {
    expect(await check()).toMatchObject({ result: 'pass', evidence: { count: 2, answers: ['10.0.0.1', '10.0.0.2'] } });
    expect(await check({ expected: '10.0.0.2', answers: '>1' })).toMatchObject({ result: 'pass' });
    expect(await check({ expected: ['10.0.0.2', '10.0.0.1'], only: true })).toMatchObject({ result: 'pass' });
  });

  it.each([
    ['AAAA', { type: 'AAAA', data: '2001:db8::1' }, '2001:db8::1'],
    ['CNAME', { type: 'CNAME', data: 'Web.Example.org' }, 'web.example.org.'],
    ['MX', { type: 'MX', data: { preference: 10, exchange: 'mail.example.org' } }, '10 mail.example.org'],
    [
      'SRV',
      { type: 'SRV', data: { priority: 0, weight: 5, port: 8080, target: 'a.example.org' } },
      '0 5 8080 a.example.org',
    ],
    ['TXT', { type: 'TXT', data: ['v=spf1 ', '-all'] }, 'v=spf1 -all'],
    ['NS', { type: 'NS', data: 'ns1.example.org' }, 'ns1.example.org'],
    ['CAA', { type: 'CAA', data: { flags: 0, tag: 'issue', value: 'ca.example.org' } }, 'issue ca.example.org'],
  ])('reads %s records', async (record_type, record, expected) => {
    answerWith({ answers: [{ name, ttl: 60, ...record } as never] });
    expect(await check({ record_type, expected, only: true })).toMatchObject({ result: 'pass' });
  });

  it.each([
    [{ expected: '10.9.9.9' }, 'gave 10.0.0.1, 10.0.0.2, expected 10.9.9.9'],
    [{ expected: '10.0.0.1', only: true }, 'gave 10.0.0.2 as well, expected only 10.0.0.1'],
    [{ answers: '=3' }, '2 answers (10.0.0.1, 10.0.0.2), expected =3'],
  ])('fails with %j and says why', async (params, why) => {
    const outcome = await check(params);
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(why);
  });

  it.each<[DnsReply, string, string]>([
    [{ code: 'NXDOMAIN' }, 'ENOTFOUND', 'the name does not exist (NXDOMAIN)'],
    [{ code: 'SERVFAIL' }, 'ESERVFAIL', 'the name server failed (SERVFAIL)'],
    [{ code: 'REFUSED' }, 'EREFUSED', 'refused to answer'],
    [{ answers: [] }, 'ENODATA', 'no such record'],
  ])('tells %j from the others', async (reply, code, why) => {
    answerWith(reply);
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'fail', evidence: { code } });
    expect(outcome.detail).toContain(why);
  });

  it('asks again over TCP when the answer was cut', async () => {
    const answers = Array.from({ length: 100 }, (_, index) => a(`10.0.1.${index}`));
    answerWith({ answers, isCut: true });
    expect(await check({ answers: '=100' })).toMatchObject({ result: 'pass' });
    expect(dns.questions.at(-1)?.transport).toBe('tcp');
  });

  it('calls silence, and an answer to another question, by its name', async () => {
    for (const reply of [
      undefined,
      { question: { type: 'A' as const, name: 'evil.example.org' }, answers: [a('6.6.6.6')] },
    ]) {
      answerWith(reply);
      const outcome = await check({}, 500);
      expect(outcome).toMatchObject({ result: 'fail', evidence: { code: 'ETIMEOUT' } });
      expect(outcome.detail).toContain('did not answer');
    }
  });

  it('asks a silent server once', async () => {
    answerWith(undefined);
    const before = dns.questions.length;
    await check({}, 400);
    expect(dns.questions.length).toBe(before + 1);
  });

  it.each([
    { server: 'dns.example.org' },
    { server: '10.0.0.1:99999' },
    { name: 'a b' },
    { name: '' },
    { record_type: 'ANY' },
  ])('refuses %j', async (params) => {
    expect(await check(params)).toMatchObject({ result: 'error' });
  });

  it('runs 2,000 times without a leak, answered or not, and survives the end of its server', async () => {
    await check();
    const before = openFiles();
    for (let run = 0; run < 2_000; run += 50) {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => check()));
      expect(outcomes.filter(({ result }) => result !== 'pass')).toEqual([]);
    }
    answerWith(undefined);
    await Promise.all(Array.from({ length: 50 }, () => check({}, 200)));
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before + 1));

    const gone = await startDns();
    await gone.stop();
    const outcome = await check({ server: `127.0.0.1:${gone.port}` }, 1_000);
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(['ECONNREFUSED', 'ETIMEOUT']).toContain(outcome.evidence['code']);
  });
});
