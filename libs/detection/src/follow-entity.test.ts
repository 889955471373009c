import { MachineLearning, type Anomaly, type EventDraft, type SeriesBatch } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { detect } from './detect.ts';
import { behaviorMetric } from './entities/behavior.ts';
import { deliverFit, pendingFits } from './entities/close-row.ts';
import type { FitRequest } from './entities/entity.ts';
import { fitEntity } from './multivariate/entity-model.ts';
import { restorePartition, savePartition } from './partition-form.ts';
import { emptyPartition, type PartitionState } from './partition.ts';
import { compileDetection } from './settings.ts';
import { normalNoise, startMs } from './test-support.ts';

const minuteMs = 60_000;
const settings = compileDetection([], [], { machineLearning: MachineLearning.parse({ autoencoder: false }) });
const metrics = ['cpu_usage', 'request_rate', 'response_time'];

/** Load determines all three; the noise of each is small beside it. */
function healthy(seed: number): (minute: number) => number[] {
  const noise = normalNoise(seed);
  return (minute) => {
    const load = 100 + 60 * Math.sin(minute / 229) + 8 * noise();
    return [0.5 * load + noise(), 4 * load + 8 * noise(), 20 + 0.3 * load + noise()];
  };
}

function batchAt(minute: number, values: readonly number[]): { atMs: number; series: SeriesBatch[] } {
  const timeMs = startMs + minute * minuteMs;
  const series = metrics.slice(0, values.length).map((metric, index) => ({
    service: 'shop',
    instance: 'shop-1',
    metric,
    labels: {},
    timesMs: [timeMs],
    values: [values[index] ?? 0],
  }));
  return { atMs: timeMs, series };
}

interface Played {
  readonly drafts: EventDraft[];
  readonly fits: FitRequest[];
}

function play(
  state: PartitionState,
  from: number,
  to: number,
  rowAt: (minute: number) => readonly number[],
  onFit: (request: FitRequest) => void = () => {},
): Played {
  const drafts: EventDraft[] = [];
  const fits: FitRequest[] = [];
  for (let minute = from; minute < to; minute += 1) {
    const detection = detect(settings, state, batchAt(minute, rowAt(minute)));
    drafts.push(...detection.drafts);
    for (const fit of detection.fits) {
      fits.push(fit);
      onFit(fit);
    }
  }
  return { drafts, fits };
}

function ofBehavior(drafts: readonly EventDraft[]): Anomaly[] {
  return drafts
    .filter(({ type }) => type === 'anomaly.detected')
    .map(({ data }) => data as Anomaly)
    .filter(({ metric }) => metric === behaviorMetric);
}

/** A day to learn, half an hour to fit, a day to learn which surprises are usual. */
const learned = 2_970;

describe('the metrics of an instance together', () => {
  test('a pattern that no single metric shows is an anomaly of the instance, whose explanation names the metrics that stand out', () => {
    const state = emptyPartition();
    const rowAt = healthy(1);
    expect(ofBehavior(play(state, 0, learned, rowAt).drafts)).toEqual([]);
    // The rate as on a busy day, the processor as on a quiet one: each by itself is usual.
    const broken = (minute: number): number[] => {
      const [cpu = 0, , response = 0] = rowAt(minute);
      return [60 - 0.4 * (cpu - 50), 620, response];
    };
    const { drafts } = play(state, learned, learned + 30, broken);
    const [anomaly] = ofBehavior(drafts);
    expect(anomaly).toMatchObject({ service: 'shop', instance: 'shop-1', kind: 'metric', direction: 'up' });
    expect(anomaly?.components.ml).toBeGreaterThan(0.5);
    expect(anomaly?.algorithms.map(({ name }) => name)).toContain('isolation_forest');
    expect(anomaly?.explanation).toMatch(
      /system behavior of shop-1 .* each of its metrics is usual, but not all of them together$/,
    );
  }, 30_000);

  test('a metric that stands out has an ml component, beside the statistics of its own', () => {
    const state = emptyPartition();
    const rowAt = healthy(2);
    play(state, 0, learned, rowAt);
    const { drafts } = play(state, learned, learned + 5, (minute) => {
      const [cpu = 0, rate = 0] = rowAt(minute);
      return [cpu, rate, 900];
    });
    const found = drafts.find((one) => 'metric' in one.data && one.data.metric === 'response_time');
    expect(found?.data).toMatchObject({ components: { ml: expect.any(Number), statistical: expect.any(Number) } });
  }, 30_000);

  test('two metrics are not judged together', () => {
    const state = emptyPartition();
    const rowAt = healthy(3);
    const { fits } = play(state, 0, 1_600, (minute) => rowAt(minute).slice(0, 2));
    expect(fits).toEqual([]);
  });
});

describe('models', () => {
  test('are announced when they are adopted, half an hour after they were requested', () => {
    const { drafts, fits } = play(emptyPartition(), 0, 1_500, healthy(4));
    expect(fits).toHaveLength(1);
    const retrained = drafts.filter(({ type }) => type === 'model.retrained');
    expect(retrained.map(({ data }) => data)).toEqual([
      {
        model: 'metrics of shop-1 together',
        samples: 1_408,
        trainedAt: new Date(fits[0]?.neededAtMs ?? 0).toISOString(),
      },
    ]);
  }, 30_000);

  test('judge alike whether they were fitted on another thread in time or only when needed', () => {
    const [elsewhere, here] = [emptyPartition(), emptyPartition()];
    const deliver = (request: FitRequest): void => {
      const model = structuredClone(fitEntity(request.rows, request.options, request.seed));
      deliverFit(elsewhere.entities.get(request.key), request, model);
    };
    const one = play(elsewhere, 0, learned, healthy(5), deliver);
    const other = play(here, 0, learned, healthy(5));
    expect(one.drafts).toEqual(other.drafts);
    expect(savePartition(elsewhere)).toEqual(savePartition(here));
  }, 30_000);

  test('are requested again after a restart, and nothing else has changed', () => {
    const rowAt = (minute: number): number[] => healthy(minute)(minute);
    const state = emptyPartition();
    play(state, 0, 1_450, rowAt);
    const restored = restorePartition(settings, JSON.parse(JSON.stringify(savePartition(state))));
    expect(pendingFits(restored.entities.values())).toEqual(pendingFits(state.entities.values()));
    expect(pendingFits(restored.entities.values())).toHaveLength(1);
    expect(play(restored, 1_450, 1_600, rowAt).drafts).toEqual(play(state, 1_450, 1_600, rowAt).drafts);
    expect(savePartition(restored)).toEqual(savePartition(state));
  }, 30_000);
});

describe('metrics come and go', () => {
  test('a new metric is learned from before it is judged, and raises nothing by appearing', () => {
    const state = emptyPartition();
    const rowAt = healthy(6);
    play(state, 0, 1_300, rowAt);
    const extra = (minute: number): { atMs: number; series: SeriesBatch[] } => {
      const batch = batchAt(minute, rowAt(minute));
      const newcomer = { ...(batch.series[0] as SeriesBatch), metric: 'queue_depth', values: [40 + (minute % 7)] };
      return { ...batch, series: [...batch.series, newcomer] };
    };
    const drafts: EventDraft[] = [];
    for (let minute = 1_300; minute < 3_200; minute += 1) {
      drafts.push(...detect(settings, state, extra(minute)).drafts);
    }
    expect(drafts.filter(({ type }) => type === 'anomaly.detected')).toEqual([]);
    const [entity] = state.entities.values();
    expect(entity?.features).toHaveLength(4);
  }, 60_000);

  test('the entity goes with the last series of its instance', () => {
    const state = emptyPartition();
    play(state, 0, 10, healthy(7));
    const elsewhere = batchAt(10 + 3 * 60, [1]);
    detect(settings, state, {
      ...elsewhere,
      series: [{ ...(elsewhere.series[0] as SeriesBatch), instance: 'shop-2' }],
    });
    expect([...state.entities.keys()]).toEqual(['shop|shop-2']);
  });
});
