/** The unit of a metric, as far as its declared unit or the end of its name tells. */
export type UnitKind = 'percent' | 'ratio' | 'bytes' | 'seconds' | 'milliseconds' | 'nats' | 'other';

export function unitKindOf(metric: string, unit: string | undefined): UnitKind {
  if (unit === '%' || /_percent(age)?$/.test(metric)) return 'percent';
  if (/_ratio$|_utilization$/.test(metric)) return 'ratio';
  if (unit === 'By' || unit === 'bytes' || /_bytes(_total)?$/.test(metric)) return 'bytes';
  if (unit === 's' || /_seconds(_total)?$/.test(metric)) return 'seconds';
  if (unit === 'ms' || /_(ms|milliseconds)$/.test(metric)) return 'milliseconds';
  if (unit === 'nats') return 'nats';
  return 'other';
}

const smallestDeviations: Readonly<Record<UnitKind, number>> = {
  percent: 1,
  ratio: 0.01,
  bytes: 1024 * 1024,
  seconds: 0.005,
  milliseconds: 5,
  nats: 1,
  other: 0.05,
};

const relativeFloor = 0.01;

/**
 * The smallest standard deviation that a detector may assume: 1 % of the level, and at least a point of a percentage, a
 * mebibyte and the like, so that the first wiggle of a constant series is no anomaly. In an unknown unit it is 0.05: a
 * count that has always been zero alarms at one, and not at a tenth.
 */
export function deviationFloor(level: number, kind: UnitKind): number {
  return Math.max(relativeFloor * Math.abs(level), smallestDeviations[kind]);
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A value for people: `412 MB`, `91 %`, `0.35 s`. */
export function formatValue(value: number, kind: UnitKind): string {
  switch (kind) {
    case 'percent':
      return `${significant(value)} %`;
    case 'ratio':
      return `${significant(value * 100)} %`;
    case 'bytes': {
      const magnitude = Math.abs(value);
      const exponent = magnitude < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(magnitude) / 3));
      return `${significant(value / 1000 ** exponent)} ${byteUnits[exponent] ?? 'B'}`;
    }
    case 'seconds':
      return `${significant(value)} s`;
    case 'milliseconds':
      return `${significant(value)} ms`;
    case 'nats':
    case 'other':
      return significant(value);
    default:
      return kind satisfies never;
  }
}

function significant(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1000 && magnitude < 1e15) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
