import type { CortexEvent, EventDraft, EventType, SeriesBatch } from '@cortex/contracts';
import { detect, type Detection, type DetectionCounts } from './detect.ts';
import { emptyPartition, type PartitionState } from './partition.ts';
import { compileDetection, type DetectionSettings } from './settings.ts';

export const startMs = Date.UTC(2026, 0, 5);

/** Seeded standard normal numbers: mulberry32 and Box-Muller. */
export function normalNoise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
}

export const defaults: DetectionSettings = compileDetection([], []);

/** A batch of one series, sampled every `stepMs` from `fromMs` on. */
export function batchOf(
  values: readonly number[],
  options: { fromMs?: number; stepMs?: number } & Partial<SeriesBatch> = {},
): SeriesBatch {
  const { fromMs = startMs, stepMs = 10_000, ...identity } = options;
  return {
    service: 'shop',
    instance: 'shop-1',
    metric: 'queue_depth',
    labels: {},
    timesMs: values.map((_, index) => fromMs + index * stepMs),
    values: [...values],
    ...identity,
  };
}

/** Hands samples to the detection one by one, each in an event of its own. */
export function play(
  values: readonly number[],
  options: Parameters<typeof batchOf>[1] & { settings?: DetectionSettings; state?: PartitionState } = {},
): Detection & { readonly state: PartitionState; readonly said: readonly string[] } {
  const { settings = defaults, state = emptyPartition(), ...identity } = options;
  const all = batchOf(values, identity);
  const drafts: EventDraft[] = [];
  let counts: DetectionCounts = { samples: 0, refused: noRefusals, opened: [] };
  for (const [index, timeMs] of all.timesMs.entries()) {
    const batch = { ...all, timesMs: [timeMs], values: all.values.slice(index, index + 1) };
    const result = detect(settings, state, { atMs: timeMs, series: [batch] });
    drafts.push(...result.drafts);
    ({ counts } = result);
  }
  return { state, counts, drafts, fits: [], said: drafts.map(({ type }) => type) };
}

const noRefusals = { not_finite: 0, out_of_order: 0, from_the_future: 0, too_many_series: 0 };

/** The data of the only draft of a type. */
export function theOnly<Type extends EventType>(drafts: readonly EventDraft[], type: Type): CortexEvent<Type>['data'] {
  const found = drafts.filter((draft) => draft.type === type);
  if (found.length !== 1) throw new Error(`expected one ${type}, got ${found.length}`);
  return found[0]?.data as CortexEvent<Type>['data'];
}

export function repeat(count: number, valueOf: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => valueOf(index));
}
