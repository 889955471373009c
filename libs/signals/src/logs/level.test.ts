import { expect, test } from 'vitest';
import { levelOf } from './level.ts';

test.each([
  [{ severityNumber: 17, body: 'all is well' }, 'error'],
  [{ severityNumber: 13, severityText: 'ERROR', body: '' }, 'warn'],
  [{ severityNumber: 9, body: 'ERROR no: the number counts' }, 'other'],
  [{ severityNumber: 0, severityText: 'Fatal', body: '' }, 'error'],
  [{ severityText: 'info', body: 'ERROR no: the text counts' }, 'other'],
  [{ body: 'ERROR: it failed' }, 'error'],
  [{ body: '[warn] nearly' }, 'warn'],
  [{ body: '2026-01-05T10:00:00.123Z ERROR it failed' }, 'error'],
  [{ body: '2026-01-05 10:00:00 +0100 [main] ERROR behind a name' }, 'other'],
  [{ body: 'no error at all' }, 'other'],
  [{ body: 'constructor' }, 'other'],
  [{ severityNumber: Number.NaN, severityText: '__proto__', body: '' }, 'other'],
  [{ body: 'T '.repeat(1_000_000) }, 'other'],
] as const)('record %# is of its level', (record, level) => {
  expect(levelOf({ service: 'shop', ...record })).toBe(level);
});
