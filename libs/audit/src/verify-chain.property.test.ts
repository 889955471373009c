import { canonicalJson } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeSigningKey, nextRecord, signCheckpoint, verifyChain } from './index.ts';
import type { AuditRecord } from './index.ts';
import { hashOf } from './record.ts';

const key = makeSigningKey();
const at = new Date('2026-03-01T00:00:00.000Z');

const chains = fc
  .array(fc.record({ stream: fc.constantFrom('SIGNALS', 'INCIDENTS'), data: fc.uint8Array({ maxLength: 40 }) }), {
    minLength: 2,
    maxLength: 16,
  })
  .map((messages) => {
    const records: AuditRecord[] = [];
    for (const [index, { stream, data }] of messages.entries()) {
      const message = { stream, sequence: index + 1, subject: 'cortex.a.b', eventId: '', at, data };
      records.push(nextRecord(records.at(-1), message));
    }
    return records;
  });

type Mutation =
  | { readonly kind: 'flip'; readonly where: number; readonly byte: number; readonly bit: number }
  | { readonly kind: 'remove' | 'truncate' | 'restamp' | 'replace'; readonly where: number }
  | { readonly kind: 'swap'; readonly where: number; readonly other: number };

const share = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), where: share, byte: share, bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'truncate' as const, 'restamp' as const, 'replace' as const),
    where: share,
  }),
  fc.record({ kind: fc.constant('swap' as const), where: share, other: share }),
);

/** The chain after one mutation, and the range of records in which the verdict must place it. */
function mutate(records: readonly AuditRecord[], mutation: Mutation, checkpointEvery: number) {
  const index = Math.floor(mutation.where * records.length);
  const n = index + 1;
  const raw: (string | Uint8Array)[] = records.map((record) => canonicalJson(record));
  const lastProven = Math.floor(index / checkpointEvery) * checkpointEvery;
  switch (mutation.kind) {
    case 'flip': {
      const bytes = Buffer.from(raw[index] as string);
      const position = Math.floor(mutation.byte * bytes.length);
      bytes[position] = (bytes[position] ?? 0) ^ (1 << mutation.bit);
      raw[index] = bytes;
      return { raw, from: n, to: n };
    }
    case 'remove':
      return { raw: raw.filter((_, place) => place !== index), from: n, to: n };
    case 'truncate':
      return { raw: raw.slice(0, index), from: n, to: n };
    case 'replace': {
      const forged = { ...(records[index] as AuditRecord), eventId: 'forged' };
      raw[index] = canonicalJson({ ...forged, hash: hashOf(forged) });
      return { raw, from: lastProven + 1, to: n + 1 };
    }
    case 'restamp': {
      let previous = records[index - 1];
      for (const record of records.slice(index)) {
        const body = { ...record, eventId: 'forged', previousHash: previous?.hash ?? '0'.repeat(64) };
        previous = { ...body, hash: hashOf(body) };
        raw[record.n - 1] = canonicalJson(previous);
      }
      return { raw, from: lastProven + 1, to: n };
    }
    case 'swap': {
      const other = Math.floor(mutation.other * records.length);
      if (other === index) return undefined;
      [raw[index], raw[other]] = [raw[other] as string, raw[index] as string];
      return { raw, from: Math.min(index, other) + 1, to: Math.min(index, other) + 1 };
    }
    default: {
      const never: never = mutation;
      return never;
    }
  }
}

it('finds and locates any single mutation of any chain', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(chains, mutations, fc.integer({ min: 1, max: 10 }), async (records, mutation, every) => {
      const checkpoints = records
        .filter((record) => record.n % every === 0 || record.n === records.length)
        .map((record) => signCheckpoint(record, at, key));
      const whole = await verifyChain(
        records.map((record) => canonicalJson(record)),
        checkpoints,
        [key],
      );
      expect(whole).toMatchObject({ ok: true, provenTo: records.length });

      const mutated = mutate(records, mutation, every);
      fc.pre(mutated !== undefined);
      const verdict = await verifyChain(mutated.raw, checkpoints, [key]);
      expect(verdict.ok).toBe(false);
      const first = verdict.problems[0]?.at ?? 0;
      expect(first).toBeGreaterThanOrEqual(mutated.from);
      expect(first).toBeLessThanOrEqual(mutated.to);
      expect(verdict.provenTo).toBeLessThan(mutated.to);
    }),
    { numRuns: 1_000 },
  );
});
