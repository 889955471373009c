import type { Moment, Recording } from './record-scene.ts';
import { domainOf, linearScale, type Scale } from './scales.ts';
import { element, line, type Point } from './svg.ts';

/** Where a panel lies, in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly domain: readonly [number, number];
  /** The values, what the detector takes for normal, and the time in which an anomaly is open. */
  readonly layers: readonly string[];
}

/** More points than this say nothing more at this width. */
const mostPoints = 420;

/** The values of a recording within a box. */
export function plotValues({ moments, scene, openings }: Recording, box: Box): Plot {
  const { fromMs, toMs } = scene.shown;
  const shown = thin(moments);
  const values = shown.map(({ value }) => value);
  const domain = domainOf([...values, ...bandWithin(shown, values)]);
  const x = linearScale([fromMs, toMs], [box.left, box.right]);
  const y = linearScale(domain, [box.bottom, box.top]);
  const inside = (value: number): number => Math.min(box.bottom, Math.max(box.top, y(value)));
  const band = bands(shown).map((run) =>
    element('polygon', {
      class: 'band',
      points: [
        ...run.map(({ timeMs, upper }) => `${x(timeMs)},${inside(upper)}`),
        ...run.toReversed().map(({ timeMs, lower }) => `${x(timeMs)},${inside(lower)}`),
      ].join(' '),
    }),
  );
  const spans = openings
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
    .map(({ timeMs, clearedMs = toMs }) => {
      const [start, end] = [x(timeMs), x(Math.min(clearedMs, toMs))];
      const width = Math.round((end - start) * 10) / 10;
      return element('rect', { class: 'span', x: start, y: box.top, width, height: box.bottom - box.top });
    });
  const points: Point[] = shown.map(({ timeMs, value }) => ({ x: x(timeMs), y: y(value) }));
  return { x, y, domain, layers: [...spans, ...band, line(points, { class: 'value' })] };
}

/** Every n-th moment and the last; those with an unusual value between two are kept as well. */
export function thin(moments: readonly Moment[]): readonly Moment[] {
  const every = Math.ceil(moments.length / mostPoints);
  return moments.filter((_, index) => index % every === 0 || index === moments.length - 1);
}

/** The ends of the band, but for what lies so far out that the values would become a flat line. */
function bandWithin(moments: readonly Moment[], values: readonly number[]): readonly number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = 0.25 * (most - least);
  return moments
    .flatMap(({ range }) => (range === undefined ? [] : [range.lower, range.upper]))
    .filter((end) => end > least - room && end < most + room);
}

interface Limits {
  readonly timeMs: number;
  readonly lower: number;
  readonly upper: number;
}

/** Unbroken runs of what was taken for normal. */
function bands(moments: readonly Moment[]): readonly (readonly Limits[])[] {
  const runs: Limits[][] = [[]];
  for (const { timeMs, range } of moments) {
    if (range !== undefined && Number.isFinite(range.lower)) runs.at(-1)?.push({ timeMs, ...range });
    else if (runs.at(-1)?.length !== 0) runs.push([]);
  }
  return runs.filter(({ length }) => length > 1);
}
