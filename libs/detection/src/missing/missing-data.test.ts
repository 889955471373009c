import { anomalyCleared, anomalyDetected, DetectionRule, type EventDraft } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { emptyPartition, type PartitionState } from '../partition.ts';
import { restorePartition, savePartition } from '../partition-form.ts';
import { compileDetection } from '../settings.ts';
import { detect } from '../detect.ts';
import { startMs } from '../test-support.ts';
import { emptyMissingData, hear, maxSenders } from './missing-data.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const instances = ['shop-1', 'shop-2', 'shop-3'].map((id) => ({ id, host: 'localhost' }));
const settings = compileDetection([], [], { services: [{ name: 'shop', instances }] });

interface Plan {
  readonly service?: string;
  readonly instance?: string;
  readonly everyMs?: number;
  /** Whether it sends at a time, in milliseconds since the start. */
  readonly sends?: (atMs: number) => boolean;
}

/** Senders that send two series at their pace for a given time, second by second. */
function run(
  plans: readonly Plan[],
  toMs: number,
  options: { readonly state?: PartitionState; readonly fromMs?: number; readonly settings?: typeof settings } = {},
): { readonly drafts: readonly EventDraft[]; readonly state: PartitionState } {
  const { state = emptyPartition(), fromMs = 0 } = options;
  const drafts: EventDraft[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += secondMs) {
    const series = plans.flatMap(({ service = 'shop', instance, everyMs = 10 * secondMs, sends = () => true }) =>
      atMs % everyMs !== 0 || !sends(atMs)
        ? []
        : ['cpu', 'memory'].map((metric) => ({
            service,
            ...(instance === undefined ? {} : { instance }),
            metric,
            labels: {},
            timesMs: [startMs + atMs],
            values: [5],
          })),
    );
    if (series.length === 0) continue;
    drafts.push(...detect(options.settings ?? settings, state, { atMs: startMs + atMs, series }).drafts);
  }
  return { drafts, state };
}

const three: readonly Plan[] = instances.map(({ id }) => ({ instance: id }));
const until = (endMs: number) => (atMs: number) => atMs < endMs;
const away = (fromMs: number, toMs: number) => (atMs: number) => atMs < fromMs || atMs >= toMs;

test('an instance that stops sending is one anomaly, however many series it had, and cleared when it is back', () => {
  const { drafts } = run([{ ...three[0], sends: away(hourMs, hourMs + 10 * minuteMs) }, ...three.slice(1)], 2 * hourMs);
  expect(drafts.map(({ type }) => type)).toEqual(['anomaly.detected', 'anomaly.cleared']);
  const [detected, cleared] = drafts.map(({ data }) => data as Record<string, unknown>);
  expect(detected).toMatchObject({
    service: 'shop',
    instance: 'shop-1',
    metric: 'samples_per_minute',
    kind: 'metric',
    value: 0,
    expected: 12,
    direction: 'down',
    severity: 'medium',
    startedAt: new Date(startMs + hourMs - 10 * secondMs).toISOString(),
    explanation: expect.stringMatching(/^no samples of shop-1 for (2m\d+s|3m); usual are 12 a minute, every 10s$/),
  });
  expect(cleared).toMatchObject({ anomalyId: detected?.['anomalyId'], reason: 'shop-1: samples arrive again' });
  anomalyDetected.data.parse(detected);
  anomalyCleared.data.parse(cleared);
});

test('slower senders are waited for longer', () => {
  const slow = { instance: 'shop-1', everyMs: minuteMs, sends: away(hourMs, hourMs + 5 * minuteMs) };
  expect(run([slow, ...three.slice(1)], 90 * minuteMs).drafts).toEqual([]);
  const gone = { ...slow, sends: until(hourMs) };
  expect(run([gone, ...three.slice(1)], 90 * minuteMs).drafts.map(({ type }) => type)).toEqual(['anomaly.detected']);
});

test('after an outage of the collector of any length no sender is missing', () => {
  const sends = away(hourMs, 3 * hourMs);
  expect(
    run(
      three.map((plan) => ({ ...plan, sends })),
      4 * hourMs,
    ).drafts,
  ).toEqual([]);
});

test('after an outage of the collector a sender that does not come back is missing', () => {
  const sends = away(hourMs, 2 * hourMs);
  const plans = [{ ...three[0], sends: until(hourMs) }, ...three.slice(1).map((plan) => ({ ...plan, sends }))];
  const { drafts } = run(plans, 3 * hourMs);
  expect(drafts.map(({ data }) => (data as { instance?: string }).instance)).toEqual(['shop-1']);
});

test('when most senders fall silent at once the fault is on the way to the detector', () => {
  const plans = three.map((plan, index) => (index === 0 ? plan : { ...plan, sends: away(hourMs, 2 * hourMs) }));
  expect(run(plans, 3 * hourMs).drafts).toEqual([]);
});

test('a sender that comes and goes, or never sends steadily, is not missed', () => {
  const short = { instance: 'shop-1', sends: until(20 * minuteMs) };
  expect(run([short, ...three.slice(1)], hourMs).drafts).toEqual([]);
  // Bursts of a minute, a quarter of an hour apart.
  const bursts = { instance: 'shop-1', sends: (atMs: number) => atMs % (15 * minuteMs) < minuteMs };
  expect(run([bursts, ...three.slice(1)], 5 * hourMs).drafts).toEqual([]);
});

test('an instance that the catalogue no longer names was shut down on purpose', () => {
  const plans = [{ instance: 'shop-9', sends: until(hourMs) }, ...three];
  expect(run(plans, 2 * hourMs).drafts).toEqual([]);
});

test('of a service outside the catalogue it is mild, and ends when the instance is gone for good', () => {
  const plans = [{ service: 'pods', instance: 'pod-1', sends: until(hourMs) }, ...three];
  const { drafts, state } = run(plans, 2 * hourMs);
  expect(drafts).toMatchObject([
    { type: 'anomaly.detected', data: { severity: 'low', instance: 'pod-1' } },
    { type: 'anomaly.cleared', data: { reason: 'pod-1: it is gone for good, and forgotten' } },
  ]);
  expect([...state.missing.senders.keys()]).toEqual(['shop|shop-1', 'shop|shop-2', 'shop|shop-3']);
});

test('a service that sends without instances is missed as a whole', () => {
  const { drafts } = run([{ sends: until(hourMs) }, ...three], 2 * hourMs);
  expect(drafts).toMatchObject([
    { data: { service: 'shop', explanation: expect.stringMatching(/^no samples of shop for/) } },
  ]);
});

test('a rule for its metric switches it off', () => {
  const match = { metric: 'samples_per_minute', service: 'shop' };
  const off = compileDetection([DetectionRule.parse({ match, enabled: false })], [], {
    services: [{ name: 'shop', instances }],
  });
  const plans = [{ ...three[0], sends: until(hourMs) }, ...three.slice(1)];
  expect(run(plans, 2 * hourMs, { settings: off }).drafts).toEqual([]);
});

test('saved and restored in the middle of it, it goes on the same', () => {
  const plans = [{ ...three[0], sends: away(hourMs, 80 * minuteMs) }, ...three.slice(1)];
  const whole = run(plans, 90 * minuteMs).drafts;
  const first = run(plans, 70 * minuteMs);
  const state = restorePartition(settings, JSON.parse(JSON.stringify(savePartition(first.state))));
  const second = run(plans, 90 * minuteMs, { state, fromMs: 70 * minuteMs });
  expect([...first.drafts, ...second.drafts]).toEqual(whole);
  expect(whole).toHaveLength(2);
});

test('the number of watched senders is bounded', () => {
  const state = emptyMissingData();
  const heard = Array.from({ length: maxSenders + 5 }, (_, index) => ({ service: `s${index}`, samples: 1 }));
  hear(state, heard, startMs);
  expect(state.senders.size).toBe(maxSenders);
});
