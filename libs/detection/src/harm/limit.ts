import { formatDuration } from '@cortex/conditions';
import type { Bound, HarmLimit } from '@cortex/contracts';
import { z } from 'zod';
import type { Direction } from '../detectors/detector.ts';
import { formatValue, type UnitKind } from '../unit.ts';

/** What is normal for a series at a time, by the algorithms that have an opinion. */
export const Normal = z.strictObject({
  least: z.number(),
  greatest: z.number(),
  /** The hour of the day is part of it. */
  isSeasonal: z.boolean(),
});
export type Normal = z.infer<typeof Normal>;

/** How long an anomaly has been open at this sample, and whether the one before was beyond the limit. */
export interface Course {
  readonly ageMs: number;
  readonly isGoingOn: boolean;
}

/** A limit in the unit of one series. */
export interface Limit {
  readonly forMs: number;
  /** `above 80 %`. */
  readonly text: string;
  readonly direction: Direction;
  /** It asks what is normal. */
  readonly isRelative: boolean;
  isBeyond(value: number, normal: Normal | undefined, course: Course): boolean;
}

/** A drop within this time is none of the daily rhythm, even where that is not known yet. */
const suddenMs = 10 * 60_000;

/** Undefined where a bound is in a unit that the series does not have. */
export function limitFor(limit: HarmLimit, unit: UnitKind): Limit | undefined {
  const { timesNormal, shareOfNormal, normalAtLeast = 0, forMs } = limit;
  const above = limit.above && inUnit(limit.above, unit);
  const below = limit.below && inUnit(limit.below, unit);
  if (Number.isNaN(above) || Number.isNaN(below)) return undefined;

  function isBeyondNormal(value: number, normal: Normal | undefined, { ageMs, isGoingOn }: Course): boolean {
    if (normal === undefined) return false;
    const { least, greatest, isSeasonal } = normal;
    if (timesNormal !== undefined && (greatest < normalAtLeast || value <= timesNormal * greatest)) return false;
    if (shareOfNormal === undefined) return true;
    if (least < normalAtLeast || value >= shareOfNormal * least) return false;
    // Every service has quiet hours: before they are known, only a sudden drop tells of trouble.
    return isSeasonal || isGoingOn || ageMs <= suddenMs;
  }

  return {
    forMs,
    text: textOf(limit, unit, above, below),
    direction: shareOfNormal === undefined && below === undefined ? 'up' : 'down',
    isRelative: timesNormal !== undefined || shareOfNormal !== undefined,
    isBeyond(value, normal, course) {
      if (above !== undefined && value <= above) return false;
      if (below !== undefined && value >= below) return false;
      if (timesNormal === undefined && shareOfNormal === undefined) return true;
      return isBeyondNormal(value, normal, course);
    },
  };
}

/** NaN for another unit. */
function inUnit({ value, unit }: Bound, of: UnitKind): number {
  switch (unit) {
    case 'own':
      return value;
    case 'percent':
      if (of === 'ratio') return value / 100;
      return of === 'percent' ? value : Number.NaN;
    case 'milliseconds':
      if (of === 'seconds') return value / 1_000;
      return of === 'milliseconds' ? value : Number.NaN;
    case 'bytes':
      return of === 'bytes' ? value : Number.NaN;
    default:
      return unit satisfies never;
  }
}

function textOf(limit: HarmLimit, unit: UnitKind, above: number | undefined, below: number | undefined): string {
  const { timesNormal, shareOfNormal } = limit;
  const parts = [
    timesNormal === undefined ? undefined : `above ${timesNormal} × normal`,
    shareOfNormal === undefined ? undefined : `below ${Number((100 * shareOfNormal).toPrecision(3))} % of normal`,
    above === undefined ? undefined : `above ${formatValue(above, unit)}`,
    below === undefined ? undefined : `below ${formatValue(below, unit)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' and ');
}

/** ` for 10m`, and nothing for what counts at once. */
export function durationText(forMs: number): string {
  return forMs === 0 ? '' : ` for ${formatDuration(forMs)}`;
}
