import type { Anomaly, SeriesBatch } from '@cortex/contracts';
import { detect, emptyPartition, restorePartition, savePartition, type DetectionSettings } from '@cortex/detection';
import { bedStartMs, healthyValues, shapes } from './synthetic-metric.ts';

/** An anomaly that the detection has opened, and when. */
export interface Alert {
  readonly timeMs: number;
  readonly anomaly: Anomaly;
}

/** Given what a metric would be at a time, and what it was last, what it is. */
export type Disturbance = (metric: string, healthy: number, timeMs: number, before: number) => number;

/** One instance of a synthetic service with all its metrics, in the hands of the live detection. */
export class Instance {
  readonly #settings: DetectionSettings;
  readonly #stepMs: number;
  readonly #sources: readonly Iterator<number>[];
  readonly #seed: number;
  readonly #latest: number[];
  #state = emptyPartition();
  #timeMs = bedStartMs;

  constructor(settings: DetectionSettings, seed: number, stepMs: number) {
    this.#settings = settings;
    this.#seed = seed;
    this.#stepMs = stepMs;
    this.#sources = shapes.map((shape, index) => healthyValues(shape, 100 * seed + index, bedStartMs, stepMs));
    this.#latest = shapes.map(({ level }) => level);
  }

  /** Another one, that has lived through the same so far. */
  fork(): Instance {
    const fork = new Instance(this.#settings, this.#seed, this.#stepMs);
    for (; fork.#timeMs < this.#timeMs; fork.#timeMs += this.#stepMs) {
      for (const source of fork.#sources) source.next();
    }
    fork.#state = restorePartition(this.#settings, savePartition(this.#state));
    fork.#latest.splice(0, shapes.length, ...this.#latest);
    return fork;
  }

  /** Lives until a time; yields what is told meanwhile. */
  *liveUntil(endMs: number, disturb: Disturbance = (_metric, healthy) => healthy): Generator<Alert> {
    for (; this.#timeMs < endMs; this.#timeMs += this.#stepMs) {
      const timeMs = this.#timeMs;
      const series = shapes.map(({ metric, unit }, index): SeriesBatch => {
        const healthy = this.#sources[index]?.next().value as number;
        const value = disturb(metric, healthy, timeMs, this.#latest[index] ?? 0);
        this.#latest[index] = value;
        const identity = { service: 'bed', instance: 'bed-1', metric, ...(unit === undefined ? {} : { unit }) };
        return { ...identity, labels: {}, timesMs: [timeMs], values: [value] };
      });
      for (const draft of detect(this.#settings, this.#state, { atMs: timeMs, series }).drafts) {
        if (draft.type === 'anomaly.detected') yield { timeMs, anomaly: draft.data as Anomaly };
      }
    }
  }
}
