/** The meaning of a number with a suffix: percents stay as written, durations become milliseconds, sizes bytes. */
export type UnitKind = 'percent' | 'duration' | 'size';

export interface Unit {
  readonly kind: UnitKind;
  readonly factor: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const durations: readonly (readonly [number, readonly string[]])[] = [
  [1, ['ms', 'millisecond', 'milliseconds']],
  [second, ['s', 'sec', 'secs', 'second', 'seconds']],
  [minute, ['m', 'min', 'mins', 'minute', 'minutes']],
  [hour, ['h', 'hr', 'hrs', 'hour', 'hours']],
  [day, ['d', 'day', 'days']],
  [7 * day, ['w', 'week', 'weeks']],
];

/** Decimal and binary prefixes, as SI and IEC define them: 1 kB is 1000 bytes, 1 KiB is 1024. */
const sizes: readonly (readonly [number, string])[] = [
  [1, 'b'],
  [1e3, 'kb'],
  [1e6, 'mb'],
  [1e9, 'gb'],
  [1e12, 'tb'],
  [1e15, 'pb'],
  [1024, 'kib'],
  [1024 ** 2, 'mib'],
  [1024 ** 3, 'gib'],
  [1024 ** 4, 'tib'],
  [1024 ** 5, 'pib'],
];

const durationUnits = new Map(durations.flatMap(([factor, names]) => names.map((name) => [name, factor] as const)));
const sizeUnits = new Map(sizes.map(([factor, name]) => [name, factor] as const));

/** Finds a unit by its name; the caller has already taken off a leading underscore. */
export function findUnit(name: string): Unit | undefined {
  if (name === '%' || name === 'percent') return { kind: 'percent', factor: 1 };
  const duration = durationUnits.get(name);
  if (duration !== undefined) return { kind: 'duration', factor: duration };
  // Sizes alone ignore case (`kB`, `KB`): a bare `M` is nothing, while `m` is minutes.
  const size = sizeUnits.get(name.toLowerCase());
  if (size !== undefined) return { kind: 'size', factor: size };
  return undefined;
}

export const unitAdvice = 'use %, ms, s, m, h, d, w (or 30_days, 1_hour), or B, KB, MB, GB, TB, KiB, MiB, GiB, TiB';
