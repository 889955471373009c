import { hashText, seriesKey, type DetectionRule, type SeriesBatch } from '@cortex/contracts';
import { z } from 'zod';
import type { Direction, Sample } from '../detectors/detector.ts';
import { unitKindOf, type UnitKind } from '../unit.ts';
import { quietTracker, track, TrackerState, type TrackerTransition } from './anomaly-tracker.ts';
import type { EntityVoice } from './entity-voice.ts';
import { SeriesDetector, type Observation } from './series-detector.ts';
import { evaluateTriggers, type Trigger, type TriggerTimes, type TriggerVerdict } from './threshold-trigger.ts';

/** Who a series is. */
export type SeriesIdentity = Readonly<Pick<SeriesBatch, 'service' | 'metric' | 'labels' | 'instance' | 'unit'>>;

/** What applies to a series by configuration: never saved, always looked up. */
export interface SeriesSettings {
  readonly rule: DetectionRule;
  readonly triggers: readonly Trigger[];
}

/** One series: its baseline, its open anomaly, its triggers. Changes in place, sample by sample. */
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
  last: Sample | undefined;
  /** The partition's clock when the series was last heard of. */
  seenAtMs: number;
  /** What an explanation of the newest sample adds. */
  note: string | undefined;
}

/** What else is known of the instance that a series belongs to. */
export interface Surroundings {
  /** The newest value of a metric. */
  valueOf(metric: string, series: Series, sample: Sample): number | undefined;
  /** What all its metrics together say of the next sample. Asked once a sample, and only of those that are taken in. */
  entityOf(series: Series, sample: Sample): EntityVoice | undefined;
}

export type Refusal = 'not_finite' | 'out_of_order' | 'from_the_future';

/** What became of one sample: refused, or taken in. */
export type Step =
  | { readonly refused: Refusal }
  | {
      readonly refused?: undefined;
      readonly observation: Observation;
      readonly transition: TrackerTransition | undefined;
    };

/** A sender's clock may be ahead by this much; a sample from later would shut out all that follow. */
const futureToleranceMs = 5 * 60_000;
/** Squares of anything larger leave the range of numbers. */
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
    last: undefined,
    seenAtMs: 0,
    note: undefined,
  };
}

/** Takes in one sample. */
export function stepSeries(series: Series, sample: Sample, clockMs: number, surroundings: Surroundings): Step {
  const refused = refusalOf(series, sample, clockMs);
  if (refused !== undefined) return { refused };
  const { settings, last, times } = series;
  const verdict =
    settings.triggers.length === 0
      ? noTriggers
      : evaluateTriggers(
          settings.triggers,
          (metric) => surroundings.valueOf(metric, series, sample),
          sample.timeMs,
          last === undefined ? undefined : { timeMs: last.timeMs, times },
        );
  const observed = series.detector.observe(sample, {
    open: series.tracker.open !== undefined,
    calledBad: verdict.violated.length > 0,
    entity: surroundings.entityOf(series, sample),
  });
  const direction = observed.anomalous ? undefined : triggerDirection(verdict, series.identity.metric);
  const observation = direction === undefined ? observed : { ...observed, direction };
  const { state, transition } = track(series.key, settings.rule, series.tracker, observation, verdict);
  series.tracker = state;
  series.times = verdict.times;
  series.last = sample;
  series.seenAtMs = clockMs;
  return { observation, transition };
}

const noTriggers: TriggerVerdict = { times: {}, violated: [], held: [] };

function refusalOf({ last }: Series, { timeMs, value }: Sample, clockMs: number): Refusal | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > largestValue) return 'not_finite';
  if (timeMs > clockMs + futureToleranceMs) return 'from_the_future';
  if (last !== undefined && timeMs <= last.timeMs) return 'out_of_order';
  return undefined;
}

/** The side on which a trigger lies: up, if an enormous value of the metric would meet its condition by itself. */
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
  last: z.tuple([z.number(), z.number()]).optional(),
  seenAtMs: z.number(),
});

export function saveSeries({ identity, settings, detector, tracker, times, last, seenAtMs }: Series) {
  return {
    ...identity,
    rule: ruleMark(settings.rule),
    detector: detector.save(),
    tracker,
    times,
    ...(last === undefined ? {} : { last: [last.timeMs, last.value] }),
    seenAtMs,
  };
}

function ruleMark(rule: DetectionRule): string {
  return hashText(JSON.stringify(rule));
}

/** Under another rule than before, the baseline is learned anew; an open anomaly stays open in any case. */
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
    last: saved.last === undefined ? undefined : { timeMs: saved.last[0], value: saved.last[1] },
    seenAtMs: saved.seenAtMs,
  };
}
