import { canonicalJson } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { isSignedBy, makeSigningKey, nextRecord, signCheckpoint, verifyChain } from './index.ts';
import type { AuditRecord } from './index.ts';
import { hashOf } from './record.ts';

const key = makeSigningKey();
const at = new Date('2026-03-01T00:00:00.000Z');

function chainOf(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let index = 0; index < length; index += 1) {
    const data = index % 3 === 2 ? Uint8Array.of(255, index, 0) : Buffer.from(`{"event":${index}}`);
    const message = { stream: 'SIGNALS', sequence: index + 1, subject: 'cortex.x.y', eventId: `e${index}`, at, data };
    records.push(nextRecord(records.at(-1), message));
  }
  return records;
}

const lines = (records: readonly AuditRecord[]): string[] => records.map((record) => canonicalJson(record));

/** Rewrites the chain from record `from` on, as somebody without the key can. */
function restamp(records: readonly AuditRecord[], from: number): AuditRecord[] {
  const result: AuditRecord[] = [];
  for (const record of records) {
    if (record.n < from) {
      result.push(record);
      continue;
    }
    const last = result.at(-1);
    const body = { ...record, n: result.length + 1, previousHash: last?.hash ?? '0'.repeat(64) };
    result.push({ ...body, hash: hashOf(body) });
  }
  return result;
}

const chain = chainOf(20);
const checkpoints = [5, 10, 20].map((n) => signCheckpoint(chain[n - 1] as AuditRecord, at, key));
const check = (records: readonly (string | Uint8Array)[]) => verifyChain(records, checkpoints, [key]);

describe('verifyChain', () => {
  it('finds nothing wrong with a whole chain, and says how far a signature proves it', async () => {
    expect(await check(lines(chain))).toEqual({ ok: true, entries: 20, checkpoints: 3, provenTo: 20, problems: [] });
  });

  it('keeps bytes that are no text as they were', () => {
    expect(chain[2]).toMatchObject({ encoding: 'base64', payload: Buffer.from([255, 2, 0]).toString('base64') });
    expect(chain[0]).toMatchObject({ encoding: 'text', payload: '{"event":0}' });
  });

  it('locates a changed value', async () => {
    const records = chain.map((record) => (record.n === 7 ? { ...record, subject: 'cortex.x.z' } : record));
    expect((await check(lines(records))).problems).toMatchObject([{ kind: 'altered', at: 7, until: 7 }]);
  });

  it('locates a byte that changes no value', async () => {
    const raw = lines(chain).map((line, index) => (index === 6 ? line.replace('"n":7', '"n": 7') : line));
    expect((await check(raw)).problems).toMatchObject([{ kind: 'altered', at: 7 }]);
  });

  it('locates a payload that is not what was hashed, in a chain that was rewritten over it', async () => {
    const records = chain.map((record) => (record.n === 7 ? { ...record, payload: '{"event":9}' } : record));
    const { problems } = await verifyChain(lines(restamp(records, 7)), [], [key]);
    expect(problems).toMatchObject([{ kind: 'altered', at: 7, detail: 'its payload does not match its hash' }]);
  });

  it('locates removed records', async () => {
    const records = chain.filter((record) => record.n !== 7 && record.n !== 8);
    expect((await check(lines(records))).problems).toMatchObject([{ kind: 'missing', at: 7, until: 8 }]);
  });

  it('locates a removed head', async () => {
    expect((await check(lines(chain.slice(2)))).problems).toMatchObject([{ kind: 'missing', at: 1, until: 2 }]);
  });

  it('locates exchanged records', async () => {
    const records = [...chain];
    [records[6], records[7]] = [records[7] as AuditRecord, records[6] as AuditRecord];
    expect((await check(lines(records))).problems).toMatchObject([{ kind: 'reordered', at: 7, until: 7 }]);
  });

  it('locates a repeated record', async () => {
    const records = chain.flatMap((record) => (record.n === 7 ? [record, record] : [record]));
    expect((await check(lines(records))).problems).toMatchObject([{ kind: 'duplicated', at: 7 }]);
  });

  it('locates a truncated tail', async () => {
    expect((await check(lines(chain.slice(0, 16)))).problems).toMatchObject([{ kind: 'truncated', at: 17, until: 20 }]);
    expect((await check([])).problems).toMatchObject([{ kind: 'truncated', at: 1, until: 20 }]);
  });

  it('locates a record that was replaced by one with a hash of its own', async () => {
    const records = chain.map((record) => {
      if (record.n !== 7) return record;
      const body = { ...record, eventId: 'forged' };
      return { ...body, hash: hashOf(body) };
    });
    expect((await check(lines(records))).problems).toMatchObject([{ kind: 'replaced', at: 8 }]);
  });

  it.each([
    [
      'a changed record',
      7,
      (records: AuditRecord[]) => records.map((r) => (r.n === 7 ? { ...r, eventId: 'forged' } : r)),
    ],
    ['a removed record', 7, (records: AuditRecord[]) => records.filter((r) => r.n !== 7)],
  ])('sees through a chain rewritten after %s without the key', async (_, from, change) => {
    const verdict = await check(lines(restamp(change([...chain]), from)));
    expect(verdict).toMatchObject({ ok: false, provenTo: 5 });
    expect(verdict.problems[0]).toMatchObject({ kind: 'restamped', at: 6 });
  });

  it('believes no checkpoint that an unknown key signed, or that was changed', async () => {
    const stranger = signCheckpoint(chain[19] as AuditRecord, at, makeSigningKey());
    const changed = { ...(checkpoints[0] as (typeof checkpoints)[number]), entries: 6 };
    const verdict = await verifyChain(lines(chain), [stranger, changed], [key]);
    expect(verdict).toMatchObject({ ok: false, provenTo: 0 });
    expect(verdict.problems.map((problem) => [problem.kind, problem.at])).toEqual([
      ['bad_checkpoint', 6],
      ['bad_checkpoint', 20],
    ]);
  });

  it('says that nothing is proven without checkpoints', async () => {
    expect(await verifyChain(lines(chain), [], [key])).toMatchObject({ ok: true, provenTo: 0, checkpoints: 0 });
  });
});

describe('isSignedBy', () => {
  it('is false for a key that is no key', () => {
    expect(isSignedBy(checkpoints[0] as (typeof checkpoints)[number], { keyId: key.keyId, publicKey: 'x' })).toBe(
      false,
    );
  });
});
