import { seededRandom, type Random } from '@cortex/detection';

/** A metric of a service as it is when nothing is wrong. */
export interface Shape {
  readonly metric: string;
  readonly unit?: string;
  readonly level: number;
  /** Height of the daily wave, and depth of the weekend, as shares of the level. */
  readonly daily: number;
  readonly weekend: number;
  /** Standard deviation of the noise as a share of the level, and how much of it stays from sample to sample. */
  readonly noise: number;
  readonly stickiness: number;
  /** Growth over a week as a share of the level. */
  readonly trend: number;
  readonly most?: number;
}

export const shapes: readonly Shape[] = [
  {
    metric: 'cpu_usage_percent',
    level: 35,
    daily: 0.4,
    weekend: 0.3,
    noise: 0.06,
    stickiness: 0.5,
    trend: 0,
    most: 100,
  },
  { metric: 'request_rate', level: 400, daily: 0.5, weekend: 0.4, noise: 0.05, stickiness: 0.3, trend: 0.05 },
  { metric: 'latency_ms', level: 120, daily: 0.15, weekend: 0.1, noise: 0.08, stickiness: 0.2, trend: 0 },
  { metric: 'process_memory_bytes', level: 6e8, daily: 0.05, weekend: 0, noise: 0.01, stickiness: 0.8, trend: 0.02 },
  {
    metric: 'disk_usage_percent',
    level: 55,
    daily: 0,
    weekend: 0,
    noise: 0.002,
    stickiness: 0.9,
    trend: 0.03,
    most: 100,
  },
  { metric: 'queue_depth', level: 40, daily: 0.3, weekend: 0.2, noise: 0.2, stickiness: 0.6, trend: 0 },
];

const dayMs = 24 * 3_600_000;

/** Faults begin four days after this, so that quiet days see a weekend too. */
export const bedStartMs = Date.UTC(2026, 0, 5);

/** Samples of a healthy metric, every `stepMs` from `fromMs` on. The same seed gives the same samples. */
export function* healthyValues(shape: Shape, seed: number, fromMs: number, stepMs: number): Generator<number> {
  const random = seededRandom(seed);
  const phase = random() * 0.2;
  let sticky = 0;
  for (let timeMs = fromMs; ; timeMs += stepMs) {
    const day = Math.floor(timeMs / dayMs + 4) % 7;
    const wave = 1 + shape.daily * Math.sin(2 * Math.PI * (timeMs / dayMs - 0.3 + phase));
    const weekly = day === 0 || day === 6 ? 1 - shape.weekend : 1;
    const grown = 1 + (shape.trend * (timeMs - fromMs)) / (7 * dayMs);
    sticky = shape.stickiness * sticky + Math.sqrt(1 - shape.stickiness ** 2) * normal(random);
    const value = shape.level * grown * weekly * wave + shape.level * shape.noise * sticky;
    yield Math.min(shape.most ?? Number.POSITIVE_INFINITY, Math.max(0, value));
  }
}

/** Box and Muller. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}
