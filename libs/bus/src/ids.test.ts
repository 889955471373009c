import { systemRuntime } from '@cortex/runtime';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { derivedId, effectId, freshId, timeOfId, traceParent } from './ids.ts';

const cause = { id: '0194a2f0-1234-7abc-8def-0123456789ab', time: '2026-01-05T00:00:00.000Z' };

test('a fresh id is a UUID v7 that bears its time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 47 }), (timeMs) => {
      const id = freshId(timeMs, systemRuntime.randomBytes);
      expect(z.uuidv7().safeParse(id).success).toBe(true);
      expect(timeOfId(id)).toBe(timeMs);
    }),
  );
});

test('a derived id is a UUID v7 at the time of its cause, and the same every time', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 4 }), (parts) => {
      const id = derivedId(cause, ...parts);
      expect(z.uuidv7().safeParse(id).success).toBe(true);
      expect(timeOfId(id)).toBe(timeOfId(cause.id));
      expect(derivedId(cause, ...parts)).toBe(id);
    }),
  );
});

test('different lists of parts never share an id', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 4 }), fc.array(fc.string(), { maxLength: 4 }), (left, right) => {
      fc.pre(JSON.stringify(left) !== JSON.stringify(right));
      expect(derivedId(cause, ...left)).not.toBe(derivedId(cause, ...right));
    }),
  );
});

test('an id of another kind gives its time through the event', () => {
  const foreign = { id: '6f1f0d5e-8a53-4d6e-9a44-0d3b7b1f3c11', time: '2026-01-05T00:00:00.000Z' };
  expect(timeOfId(derivedId(foreign, 'x'))).toBe(Date.parse(foreign.time));
});

test('effects of one cause differ by type and by key', () => {
  const ids = [effectId(cause, 'a.b', undefined), effectId(cause, 'a.b', 'k'), effectId(cause, 'a.c', undefined)];
  expect(new Set(ids).size).toBe(3);
});

test('the trace goes on from cause to effect, with a span of its own', () => {
  const first = traceParent('id-1', undefined);
  const second = traceParent('id-2', first);
  const shape = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;
  expect(first).toMatch(shape);
  expect(second).toMatch(shape);
  expect(second.split('-')[1]).toBe(first.split('-')[1]);
  expect(second.split('-')[2]).not.toBe(first.split('-')[2]);
});

test('an invalid trace context starts a new trace', () => {
  expect(traceParent('id-1', 'garbage')).toBe(traceParent('id-1', undefined));
});
