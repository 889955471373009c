import { dayMs, hourMs, minuteMs } from './scene.ts';

/** Pixels, to a tenth. */
export type Scale = (value: number) => number;

export function linearScale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  return (value) => Math.round((start + ((value - from) / (to - from)) * (end - start)) * 10) / 10;
}

/** The range of some values and a little more, so that nothing lies on the edge. */
export function domainOf(values: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = 0.06 * (most - least || 1);
  return [least - margin, most + margin];
}

/** About four round numbers within a range: multiples of 1, 2 or 5 times a power of ten. */
export function valueTicks([from, to]: readonly [number, number]): readonly number[] {
  const power = 10 ** Math.floor(Math.log10((to - from) / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => (to - from) / one <= 5) ?? 10 * power;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const timeSteps = [
  10 * minuteMs,
  15 * minuteMs,
  20 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  6 * hourMs,
];

/** Round times within a span, eight at most. */
export function timeTicks(fromMs: number, toMs: number): readonly number[] {
  const step = timeSteps.find((one) => (toMs - fromMs) / one <= 8) ?? dayMs;
  const first = Math.ceil(fromMs / step);
  const count = Math.floor(toMs / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** `14:05`, UTC. */
export function clock(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 16);
}
