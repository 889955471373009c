import { SeriesLimits, type EventDraft, type SeriesBatch } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detect } from '../detect.ts';
import { emptyPartition, type PartitionState } from '../partition.ts';
import { restorePartition, savePartition } from '../partition-form.ts';
import { compileDetection } from '../settings.ts';
import { batchOf, startMs, theOnly } from '../test-support.ts';
import { saidEveryMs } from './series-limits.ts';

const minute = 60_000;
const settings = compileDetection([], [], {
  seriesLimits: SeriesLimits.parse({ perPartition: 20, perService: 10, services: [{ service: 'big', series: 15 }] }),
});

/** Series of one service that differ by a label. */
function users(count: number, atMs: number, service = 'shop', from = 0): SeriesBatch[] {
  return Array.from({ length: count }, (_, index) =>
    batchOf([1], { service, metric: 'requests', labels: { user: `u${from + index}`, zone: 'a' }, fromMs: atMs }),
  );
}

function hear(state: PartitionState, atMs: number, series: readonly SeriesBatch[]) {
  return detect(settings, state, { atMs, series });
}

const limitedIn = (drafts: readonly EventDraft[]): string[] =>
  drafts.filter(({ type }) => type === 'detection.limited').map(({ service }) => service);

describe('a service beyond its limit', () => {
  test('new series are refused and counted, known ones go on, other services have room', () => {
    const state = emptyPartition();
    const { counts, drafts } = hear(state, startMs, users(14, startMs));
    expect(counts).toMatchObject({ samples: 10, refused: { too_many_series: 4 } });
    expect(theOnly(drafts, 'detection.limited')).toEqual({
      service: 'shop',
      scope: 'service',
      limit: 10,
      refusedSeries: 4,
      since: new Date(startMs).toISOString(),
      suspect: { service: 'shop', metric: 'requests', series: 10, label: 'user', values: 10 },
      explanation:
        '"shop" has 10 series in one partition, its limit; about 4 more were refused and are not watched. Most belong to ' +
        'requests of "shop" (10 series), whose label "user" has 10 values. Drop that label where the metric is made, or ' +
        'raise detection.max_series.services.shop.',
    });
    const later = hear(state, startMs + minute, [
      ...users(14, startMs + minute),
      ...users(5, startMs + minute, 'other'),
    ]);
    expect(later.counts).toMatchObject({ samples: 15, refused: { too_many_series: 4 } });
    expect(limitedIn(later.drafts)).toEqual([]);
  });

  test('it is reported again after an hour, with the series refused meanwhile, and anew after a quiet hour', () => {
    const state = emptyPartition();
    hear(state, startMs, users(12, startMs));
    const said: number[] = [];
    for (let atMs = startMs + minute; atMs <= startMs + 3 * saidEveryMs; atMs += minute) {
      const { drafts } = hear(state, atMs, users(12, atMs));
      if (limitedIn(drafts).length > 0) said.push(atMs - startMs);
    }
    expect(said).toEqual([saidEveryMs, 2 * saidEveryMs, 3 * saidEveryMs]);
    const quiet = startMs + 3 * saidEveryMs;
    for (let atMs = quiet + minute; atMs <= quiet + saidEveryMs; atMs += minute) hear(state, atMs, users(10, atMs));
    expect(state.limited.size).toBe(0);
    const again = quiet + saidEveryMs + minute;
    const { drafts } = hear(state, again, users(11, again));
    expect(theOnly(drafts, 'detection.limited')).toMatchObject({ since: new Date(again).toISOString() });
  });

  test('a service with its own limit, and the room left by removed series', () => {
    const state = emptyPartition();
    expect(hear(state, startMs, users(16, startMs, 'big')).counts.samples).toBe(15);
    const later = startMs + 5 * saidEveryMs;
    hear(state, later, users(1, later, 'other'));
    expect(state.perService).toEqual(new Map([['other', 1]]));
    expect(hear(state, later, users(15, later, 'big', 100)).counts.samples).toBe(15);
  });
});

test('a full partition names the service whose series fill it', () => {
  const state = emptyPartition();
  hear(state, startMs, [...users(12, startMs, 'big'), ...users(8, startMs)]);
  const { counts, drafts } = hear(state, startMs + 1, [
    ...users(3, startMs + 1, 'late'),
    ...users(2, startMs + 1, 'poor'),
  ]);
  expect(counts.refused.too_many_series).toBe(5);
  expect(theOnly(drafts, 'detection.limited')).toMatchObject({
    service: 'big',
    scope: 'partition',
    limit: 20,
    refusedSeries: 5,
    suspect: { service: 'big', metric: 'requests', series: 12, label: 'user', values: 12 },
  });
});

test('for any input: no limit is exceeded, memory is bounded, and a restored state reports the same', () => {
  const name = fc.constantFrom('shop', 'big', '__proto__', 'constructor', 'toString');
  const arrival = fc.record({
    service: name,
    from: fc.nat(30),
    count: fc.integer({ min: 1, max: 12 }),
    step: fc.nat(90),
  });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 30 }), (arrivals) => {
      let state = emptyPartition();
      let twin = emptyPartition();
      let atMs = startMs;
      for (const { service, from, count, step } of arrivals) {
        atMs += step * minute;
        const { drafts } = hear(state, atMs, users(count, atMs, service, from));
        expect(hear(twin, atMs, users(count, atMs, service, from)).drafts).toEqual(drafts);
        twin = restorePartition(settings, JSON.parse(JSON.stringify(savePartition(twin))));
        expect(state.series.size).toBeLessThanOrEqual(20);
        for (const [one, held] of state.perService) expect(held).toBeLessThanOrEqual(one === 'big' ? 15 : 10);
        expect([...state.perService.values()].reduce((sum, held) => sum + held, 0)).toBe(state.series.size);
      }
      expect(savePartition(twin)).toEqual(savePartition(state));
      state = restorePartition(settings, savePartition(state));
      expect(state.perService).toEqual(twin.perService);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('a thousand services that are refused are not a thousand records', () => {
  const small = compileDetection([], [], { seriesLimits: SeriesLimits.parse({ perService: 1 }) });
  const state = emptyPartition();
  const series = Array.from({ length: 500 }, (_, index) => users(2, startMs, `service-${index}`)).flat();
  const { counts, drafts } = detect(small, state, { atMs: startMs, series });
  expect(counts.refused.too_many_series).toBe(500);
  expect(limitedIn(drafts)).toHaveLength(100);
  expect(state.limited.size).toBe(100);
});
