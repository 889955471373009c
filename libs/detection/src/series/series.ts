import { hashText, seriesKey, type DetectionRule } from '@cortex/contracts';
import { z } from 'zod';
import type { Direction, Sample } from '../detectors/detector.ts';
import { endRun, followHarm, harmless, HarmState } from '../harm/follow-harm.ts';
import type { HarmPolicy } from '../harm/harm-policy.ts';
import type { Limit, Normal } from '../harm/limit.ts';
import type { SeriesIdentity } from '../identity.ts';
import { unitKindOf, type UnitKind } from '../unit.ts';
import { quietTracker, track, TrackerState, type TrackerTransition } from './anomaly-tracker.ts';
import type { EntityScore } from './entity-score.ts';
import { SeriesDetector, type Observation } from './series-detector.ts';
import { evaluateTriggers, type Trigger, type TriggerTimes, type TriggerVerdict } from './threshold-trigger.ts';

/** The configuration of a series: never saved, always looked up. */
export interface SeriesSettings {
  readonly rule: DetectionRule;
  readonly triggers: readonly Trigger[];
  readonly harm: HarmPolicy;
}

/** One series: its baseline, its open anomaly, its triggers. Changed in place, sample by sample. */
export interface Series {
  readonly key: string;
  /** Equal for all series of one instance of one service. */
  readonly instanceKey: string;
  readonly identity: SeriesIdentity;
  readonly unit: UnitKind;
  readonly settings: SeriesSettings;
  readonly detector: SeriesDetector;
  tracker: TrackerState;
  times: TriggerTimes;
  harm: HarmState;
  last: Sample | undefined;
  /** The partition's clock when the series last had a sample. */
  seenAtMs: number;
  /** The partition's clock when its open anomaly was last told. */
  toldAtMs: number;
  /** An addition to the explanation of the newest sample. */
  note: string | undefined;
}

/** The other metrics of the instance that a series belongs to. */
export interface InstanceContext {
  /** The newest value of a metric. */
  valueOf(metric: string, series: Series, sample: Sample): number | undefined;
  /** The joint score of all its metrics for the next sample. Asked once a sample, and only for accepted ones. */
  entityOf(series: Series, sample: Sample): EntityScore | undefined;
}

export type Refusal = 'not_finite' | 'out_of_order' | 'from_the_future';

/** The result of one sample: refused, or accepted. */
export type SampleResult =
  | { readonly refused: Refusal }
  | {
      readonly refused?: undefined;
      readonly observation: Observation;
      readonly transition: TrackerTransition | undefined;
    };

/** A sender's clock may be ahead by this much; a sample from later would make all following ones out of order. */
const futureToleranceMs = 5 * 60_000;
/** Squares of anything larger exceed the range of numbers. */
const largestValue = 1e150;

export function createSeries(identity: SeriesIdentity, settings: SeriesSettings): Series {
  const unit = unitKindOf(identity.metric, identity.unit);
  return {
    key: seriesKey(identity),
    instanceKey: `${identity.service}|${identity.instance ?? ''}`,
    identity,
    unit,
    settings,
    detector: SeriesDetector.create({ rule: settings.rule, unit }),
    tracker: quietTracker,
    times: {},
    harm: harmless,
    last: undefined,
    seenAtMs: 0,
    toldAtMs: 0,
    note: undefined,
  };
}

/** Applies one sample. */
export function stepSeries(series: Series, sample: Sample, clockMs: number, instance: InstanceContext): SampleResult {
  const refused = refusalOf(series, sample, clockMs);
  if (refused !== undefined) return { refused };
  const { settings, last, times } = series;
  const verdict =
    settings.triggers.length === 0
      ? noTriggers
      : evaluateTriggers(
          settings.triggers,
          (metric) => instance.valueOf(metric, series, sample),
          sample.timeMs,
          last === undefined ? undefined : { timeMs: last.timeMs, times },
        );
  const { limit } = settings.harm;
  const wasHarm = series.harm.isHeld;
  const observed = series.detector.observe(sample, {
    open: series.tracker.open !== undefined,
    // A limit that asks for no normal value has none that it could become.
    calledBad: verdict.violated.length > 0 || (wasHarm && limit?.isRelative === false),
    isHarm: wasHarm,
    entity: instance.entityOf(series, sample),
  });
  if (observed.accepted) series.harm = endRun(series.harm, sample.timeMs);
  else if (limit !== undefined) series.harm = harmAt(series, limit, sample, observed.anomalous);
  const isHarmAlone = series.harm.isHeld && verdict.violated.length === 0;
  const byLimit = isHarmAlone ? limit?.direction : triggerDirection(verdict, series.identity.metric);
  const direction = observed.anomalous ? undefined : byLimit;
  const observation = direction === undefined ? observed : { ...observed, direction };
  const { state, transition } = track(series.key, settings.rule, series.tracker, observation, verdict, series.harm);
  series.tracker = state;
  series.times = verdict.times;
  series.last = sample;
  series.seenAtMs = clockMs;
  return { observation, transition };
}

/** For so long what was normal at its beginning is what a run is compared with; then the hour has changed it. */
const normalForMs = 60 * 60_000;

/** The sample against the limit of harm. */
function harmAt(
  { detector, harm, tracker, settings, last }: Series,
  limit: Limit,
  { timeMs, value }: Sample,
  isAnomalous: boolean,
): HarmState {
  const { run } = harm;
  let normal: Normal | undefined;
  if (limit.isRelative) {
    const isFresh = run !== undefined && timeMs - run.sinceMs < normalForMs;
    normal = (isFresh ? run.normal : undefined) ?? detector.normal();
  }
  const ageMs = tracker.open === undefined ? 0 : timeMs - tracker.open.startedAtMs;
  const isBeyond = limit.isBeyond(value, normal, { ageMs, isGoingOn: run !== undefined });
  const isRare = isAnomalous || (tracker.open !== undefined && !tracker.open.isHarm);
  const sample = { timeMs, isBeyond, isRare, isFirst: last === undefined, normal };
  return followHarm(harm, sample, limit.forMs, settings.rule.clearAfter);
}

const noTriggers: TriggerVerdict = { times: {}, violated: [], held: [] };

function refusalOf({ last }: Series, { timeMs, value }: Sample, clockMs: number): Refusal | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > largestValue) return 'not_finite';
  if (timeMs > clockMs + futureToleranceMs) return 'from_the_future';
  if (last !== undefined && timeMs <= last.timeMs) return 'out_of_order';
  return undefined;
}

/** The direction of a trigger: up, if an enormous value of the metric would meet its condition by itself. */
function triggerDirection({ violated }: TriggerVerdict, metric: string): Direction | undefined {
  const alone = violated.find(({ condition }) => condition.variables.length === 1);
  if (alone === undefined) return undefined;
  return alone.condition.evaluate({ [metric]: largestValue }).verdict === 'true' ? 'up' : 'down';
}

const Saved = z.strictObject({
  service: z.string(),
  instance: z.string().optional(),
  metric: z.string(),
  unit: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  /** Hash of the rule that the detector was trained under. */
  rule: z.string(),
  detector: z.unknown(),
  tracker: TrackerState,
  times: z.record(z.string(), z.number()),
  harm: HarmState.default(harmless),
  last: z.tuple([z.number(), z.number()]).optional(),
  seenAtMs: z.number(),
  toldAtMs: z.number().default(0),
});

export function saveSeries({ identity, settings, detector, tracker, times, harm, last, seenAtMs, toldAtMs }: Series) {
  return {
    ...identity,
    rule: ruleMark(settings.rule),
    detector: detector.save(),
    tracker,
    times,
    harm,
    ...(last === undefined ? {} : { last: [last.timeMs, last.value] }),
    seenAtMs,
    toldAtMs,
  };
}

function ruleMark(rule: DetectionRule): string {
  return hashText(JSON.stringify(rule));
}

/** Under a changed rule the baseline is learned anew; an open anomaly stays open in any case. */
export function restoreSeries(value: unknown, settingsFor: (identity: SeriesIdentity) => SeriesSettings): Series {
  const { service, instance, metric, unit, labels, ...saved } = Saved.parse(value);
  const identity: SeriesIdentity = {
    service,
    metric,
    labels,
    ...(instance === undefined ? {} : { instance }),
    ...(unit === undefined ? {} : { unit }),
  };
  const fresh = createSeries(identity, settingsFor(identity));
  const isSameRule = saved.rule === ruleMark(fresh.settings.rule);
  return {
    ...fresh,
    detector: isSameRule
      ? SeriesDetector.restore({ rule: fresh.settings.rule, unit: fresh.unit }, saved.detector)
      : fresh.detector,
    tracker: saved.tracker,
    times: saved.times,
    harm: saved.harm,
    last: saved.last === undefined ? undefined : { timeMs: saved.last[0], value: saved.last[1] },
    seenAtMs: saved.seenAtMs,
    toldAtMs: saved.toldAtMs,
  };
}
