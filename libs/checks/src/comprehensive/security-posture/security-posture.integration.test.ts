import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { freePort, makeCertificate, startKubernetes, temporaryFolder } from '@cortex/testing';
import type { TemporaryFolder } from '@cortex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, openFiles } from '../../test/ask.ts';
import { securityPosture } from './security-posture.ts';

let folder: TemporaryFolder;
const servers: Server[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  folder.remove();
});

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
const check = (params: object, timeoutMs = 10_000) => ask('security_posture', { ...params }, timeoutMs);

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(days: number): Promise<string> {
  return listen(createServer(makeCertificate(inDays(days)), (socket) => socket.on('error', () => undefined)));
}

/** A file that was last written so many days ago. */
function file(name: string, content: string, ageDays = 0): string {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  utimesSync(path, inDays(-ageDays), inDays(-ageDays));
  return path;
}

it('takes the example of the specification as it is written, and no limit the wrong way round', () => {
  const example = {
    check_certificates: 'expiry > 30_days',
    check_secrets_rotation: 'age < 90_days',
    check_vulnerability_scan: 'age < 7_days',
  };
  expect(securityPosture.params.safeParse(example).success).toBe(true);
  for (const wrong of [
    {},
    { check_certificates: 'expiry < 30_days' },
    { check_certificates: 'age > 30_days' },
    { check_secrets_rotation: 'age > 90_days' },
    { check_vulnerability_scan: 'age < 7' },
    { ...example, certificates: ['http://shop'] },
    { ...example, secrets: [] },
    { ...example, secrets: [{ name: 'a', value: 'b' }] },
  ]) {
    expect({ wrong, parses: securityPosture.params.safeParse(wrong).success }).toEqual({ wrong, parses: false });
  }
});

describe('check_certificates', () => {
  const check_certificates = 'expiry > 30_days';

  it('judges servers and PEM files by the first to expire', async () => {
    const [good, bad] = [await serve(60), await serve(10)];
    const chain = file('chain.pem', makeCertificate(inDays(90)).cert + makeCertificate(inDays(-3)).cert);
    const fine = await check({ check_certificates, certificates: [good] });
    expect(fine).toMatchObject({ result: 'pass', evidence: { soonestExpiryDays: 59.9 } });
    const { result, detail } = await check({ check_certificates, certificates: [good, bad, chain] });
    expect(result).toBe('fail');
    expect(detail).toContain(`${bad} expires in 9.9 days, expected > 30_days`);
    expect(detail).toContain(`${chain} expired 3`);
    expect(detail).not.toContain(good);
  });

  it('says when there is nothing to judge', async () => {
    const closed = `127.0.0.1:${await freePort()}`;
    const mute = await listen(createPlainServer((socket) => socket.on('error', () => undefined).end('hello')));
    const empty = file('empty.pem', 'no certificate');
    const outcome = await check({ check_certificates, certificates: [closed, mute, empty, '/nowhere/cert.pem'] });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain(`${closed}: connection refused`);
    expect(outcome.detail).toContain(mute);
    expect(outcome.detail).toContain('there is no certificate in it');
    expect(outcome.detail).toContain('ENOENT');
  });

  it('times out on a server that says nothing', async () => {
    const silent = await listen(createPlainServer((socket) => socket.on('error', () => undefined)));
    expect(await check({ check_certificates, certificates: [silent] }, 300)).toMatchObject({
      result: 'timeout',
    });
  });

  it('leaves no connection open', async () => {
    const certificates = [await serve(60)];
    await check({ check_certificates, certificates });
    const before = openFiles();
    for (let run = 0; run < 200; run += 1) await check({ check_certificates, certificates });
    expect(openFiles()).toBeLessThanOrEqual(before + 4);
  });
});

describe('check_secrets_rotation', () => {
  const check_secrets_rotation = 'age < 90_days';

  it('judges files by their date and others by what is said of them, and shows no content', async () => {
    const [young, old] = [file('young', 'canary-1', 10), file('old', 'canary-2', 100)];
    const stated = { name: 'payment key', rotated_at: inDays(-200).toISOString() };
    expect(await check({ check_secrets_rotation, secrets: [young] })).toMatchObject({
      result: 'pass',
      evidence: { oldestSecretDays: 10 },
    });
    const outcome = await check({ check_secrets_rotation, secrets: [young, old, stated, '/nowhere/secret'] });
    expect(outcome).toMatchObject({ result: 'fail', evidence: { oldestSecretDays: 200 } });
    expect(outcome.detail).toContain('old is 100 days old, expected < 90_days');
    expect(outcome.detail).toContain('payment key is 200 days old');
    expect(outcome.detail).toContain('/nowhere/secret');
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  it('does not believe in a rotation that is still to come', async () => {
    const secrets = [{ name: 'key', rotated_at: inDays(30).toISOString() }];
    const outcome = await check({ check_secrets_rotation, secrets });
    expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining('lies in the future') });
  });

  it('asks Kubernetes for the date and not for the content', async () => {
    const server = await startKubernetes();
    try {
      const secret = (name: string, days: number, annotations: Readonly<Record<string, string>>) => ({
        kind: 'Secret',
        metadata: { name, namespace: 'prod', creationTimestamp: inDays(-days).toISOString(), annotations },
        data: { password: 'Y2FuYXJ5' },
      });
      server.objects.push(
        secret('rotated', 400, { 'cortex/rotated-at': inDays(-5).toISOString() }),
        secret('forgotten', 400, {}),
      );
      const at = { namespace: 'prod', kubeconfig: server.kubeconfig };
      const one = { kubernetes_secret: 'rotated', ...at };
      expect(await check({ check_secrets_rotation, secrets: [one] })).toMatchObject({ result: 'pass' });
      const others = ['forgotten', 'gone'].map((name) => ({ kubernetes_secret: name, ...at }));
      const outcome = await check({ check_secrets_rotation, secrets: others });
      expect(outcome.detail).toContain('prod/forgotten is 400 days old');
      expect(outcome.detail).toContain('prod/gone: it does not exist');
      expect(server.sent.join()).not.toContain('Y2FuYXJ5');
    } finally {
      await server.stop();
    }
  });

  it('is an error when no secret is named', async () => {
    expect(await check({ check_secrets_rotation })).toMatchObject({ result: 'error' });
  });
});

describe('check_vulnerability_scan', () => {
  const check_vulnerability_scan = 'age < 7_days';
  const at = (scan_reports: string) => check({ check_vulnerability_scan, scan_reports });

  it('believes the date inside a report of Trivy or Grype, else that of the file', async () => {
    const trivy = file('trivy.json', JSON.stringify({ SchemaVersion: 2, CreatedAt: inDays(-20).toISOString() }));
    const grype = file('grype.json', JSON.stringify({ descriptor: { timestamp: inDays(-2).toISOString() } }), 50);
    const other = file('report.html', '<html>', 3);
    expect(await at(trivy)).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('20 days old, expected < 7'),
    });
    expect(await at(grype)).toMatchObject({ result: 'pass', evidence: { scanAgeDays: 2 } });
    expect(await at(other)).toMatchObject({ result: 'pass', evidence: { scanAgeDays: 3 } });
    expect(await at(folder.path)).toMatchObject({ result: 'pass', evidence: { scanAgeDays: 2 } });
    expect(await at(join(folder.path, 't*.json'))).toMatchObject({ result: 'fail', evidence: { scanAgeDays: 20 } });
  });

  it('says when there is no report, and bears what is none', async () => {
    mkdirSync(join(folder.path, 'sub.json'));
    symlinkSync('/nowhere', join(folder.path, 'dangling.json'));
    expect(await at(join(folder.path, '*.json'))).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('there are none'),
    });
    expect(await at('/nowhere/reports')).toMatchObject({ result: 'fail' });
    expect(await check({ check_vulnerability_scan })).toMatchObject({ result: 'error' });
  });
});
