import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, parsePercentRange, parseSize, QuantityError } from './quantity.ts';

describe('parseDuration', () => {
  it.each([
    ['5m', 300_000],
    ['100ms', 100],
    ['2h', 7_200_000],
    ['30s', 30_000],
    ['7_days', 604_800_000],
    ['1_hour', 3_600_000],
    ['15 minutes', 900_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['0.5s', 500],
    ['0s', 0],
    ['2w', 1_209_600_000],
  ])('reads %s as %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    5,
    0,
    '5',
    '',
    'm',
    '-5m',
    '5 parsecs',
    '5M',
    '5mm',
    'P1D',
    '0.0001ms',
    '5GB',
    '9999999999999999w',
    undefined,
    null,
    ['5m'],
  ])('refuses %j with advice', (value) => {
    expect(codeOf(() => parseDuration(value))).toBe('CORTEX_DURATION_INVALID');
  });
});

describe('parseSize', () => {
  it.each([
    ['100MB', 1e8],
    ['1GB', 1e9],
    ['1kB', 1_000],
    ['2GiB', 2 * 1024 ** 3],
    ['512B', 512],
    ['1.5 KB', 1_500],
  ])('reads %s as %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([100, '100', '100M', '5m', '-1GB', '', 'big'])('refuses %j', (value) => {
    expect(codeOf(() => parseSize(value))).toBe('CORTEX_SIZE_INVALID');
  });
});

describe('parsePercentRange', () => {
  it.each([
    ['5-10%', 5, 10],
    ['5%-10%', 5, 10],
    ['5 - 10 %', 5, 10],
    ['20–40%', 20, 40],
    ['7.5%', 7.5, 7.5],
  ])('reads %s', (text, minPercent, maxPercent) => {
    expect(parsePercentRange(text)).toEqual({ minPercent, maxPercent });
  });

  it.each(['5', '5-10', '10-5%', '%', '-5%', 'a-b%', 5, ''])('refuses %j', (value) => {
    expect(codeOf(() => parsePercentRange(value))).toBe('CORTEX_PERCENT_INVALID');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [100, '100ms'],
    [300_000, '5m'],
    [5_400_000, '1h30m'],
    [86_400_000, '1d'],
    [1_500, '1s500ms'],
  ])('writes %i ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('is read back unchanged', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000_000 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof QuantityError) return error.code;
    throw error;
  }
  return 'no error';
}
