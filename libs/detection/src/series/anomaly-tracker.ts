import { AnomalySeverity, type DetectionRule } from '@cortex/contracts';
import { z } from 'zod';
import { worseSeverity, severityRank } from '../scoring/composite.ts';
import { anomalyIdOf } from '../anomaly-id.ts';
import { followHarm, harmless, HarmState } from '../harm/follow-harm.ts';
import type { Course } from '../harm/limit.ts';
import type { Observation } from './series-detector.ts';
import type { TriggerVerdict } from './threshold-trigger.ts';

const OpenAnomaly = z.strictObject({
  id: z.string(),
  kind: z.enum(['metric', 'threshold']),
  startedAtMs: z.number(),
  severity: AnomalySeverity,
  direction: z.enum(['up', 'down']),
  /** Every trigger that has held since the anomaly opened. */
  triggers: z.array(z.string()),
  updates: z.number(),
  /** Anomalous samples in a row whose severity is milder than the published one. */
  easing: z.number(),
  /** Normal samples in a row. */
  normal: z.number(),
  harm: HarmState.default(harmless),
});
export type OpenAnomaly = z.infer<typeof OpenAnomaly>;

export const TrackerState = z.strictObject({
  /** Anomalous samples in a row, while none is open. */
  run: z.number(),
  runSinceMs: z.number(),
  open: OpenAnomaly.optional(),
});
export type TrackerState = z.infer<typeof TrackerState>;

export const quietTracker: TrackerState = { run: 0, runSinceMs: 0 };

/** The change of a series' anomaly at one sample. */
export type TrackerTransition =
  | { readonly type: 'detected' | 'updated'; readonly anomaly: OpenAnomaly }
  | { readonly type: 'cleared'; readonly anomaly: OpenAnomaly; readonly reason: ClearReason };

export type ClearReason = 'back_to_normal' | 'level_accepted' | 'series_ended';

export interface Tracked {
  readonly state: TrackerState;
  readonly transition?: TrackerTransition;
}

/** The limit of harm of a series, at one sample. */
export interface HarmCheck {
  readonly forMs: number;
  isBeyond(course: Course): boolean;
}

/**
 * One open anomaly per series. It opens after `openAfter` anomalous samples in a row, or as soon as a trigger has held
 * for its duration; it closes after `clearAfter` samples in a row on which neither the statistics nor any trigger is
 * anomalous, unless it is harm: that stays open until it is over.
 */
export function track(
  seriesKey: string,
  rule: DetectionRule,
  state: TrackerState,
  observation: Observation,
  verdict: TriggerVerdict,
  harm: HarmCheck,
): Tracked {
  return state.open === undefined
    ? whileQuiet(seriesKey, rule, state, observation, verdict, harm)
    : whileOpen(rule, state.open, observation, verdict, harm);
}

function whileQuiet(
  seriesKey: string,
  rule: DetectionRule,
  state: TrackerState,
  observation: Observation,
  verdict: TriggerVerdict,
  harm: HarmCheck,
): Tracked {
  const { timeMs } = observation.sample;
  if (!observation.anomalous && verdict.held.length === 0) return { state: quietTracker };
  const run = observation.anomalous ? state.run + 1 : 0;
  const runSinceMs = run > 1 ? state.runSinceMs : timeMs;
  const opensByTrigger = verdict.held.length > 0;
  if (!opensByTrigger && run < rule.openAfter) return { state: { run, runSinceMs } };
  const heldSince = verdict.held.map(({ id }) => verdict.times[id] ?? timeMs);
  const startedAtMs = Math.min(runSinceMs, ...heldSince);
  const anomaly: OpenAnomaly = {
    id: anomalyIdOf(seriesKey, startedAtMs),
    kind: opensByTrigger ? 'threshold' : 'metric',
    startedAtMs,
    severity: severityNow(observation, verdict, []) ?? 'info',
    direction: observation.direction,
    triggers: verdict.held.map(({ id }) => id),
    updates: 0,
    easing: 0,
    normal: 0,
    harm: harmAt(harm, { startedAtMs, harm: harmless }, timeMs, rule),
  };
  return { state: { ...quietTracker, open: anomaly }, transition: { type: 'detected', anomaly } };
}

function whileOpen(
  rule: DetectionRule,
  before: OpenAnomaly,
  observation: Observation,
  verdict: TriggerVerdict,
  check: HarmCheck,
): Tracked {
  if (observation.accepted) return cleared(before, 'level_accepted');
  const harm = harmAt(check, before, observation.sample.timeMs, rule);
  const open = { ...before, harm };
  const isToldHarm = harm.isHeld !== before.harm.isHeld;
  const isStillHarm = harm.isHeld && harm.sinceMs !== undefined;
  if (!observation.anomalous && verdict.violated.length === 0 && !isStillHarm) {
    const normal = open.normal + 1;
    if (normal >= rule.clearAfter) return cleared(open, 'back_to_normal');
    return isToldHarm ? updated({ ...open, normal }) : { state: { ...quietTracker, open: { ...open, normal } } };
  }
  const severity = severityNow(observation, verdict, open.triggers) ?? open.severity;
  const isMilder = severityRank(severity) < severityRank(open.severity);
  const easing = isMilder ? open.easing + 1 : 0;
  // A worse severity is published at once, a milder one only once it has lasted: otherwise a value at the edge of a
  // class would publish every time.
  const isToldSeverity = isMilder ? easing >= rule.clearAfter : severity !== open.severity;
  const newTriggers = verdict.held.map(({ id }) => id).filter((id) => !open.triggers.includes(id));
  if (!isToldSeverity && !isToldHarm && newTriggers.length === 0) {
    return { state: { ...quietTracker, open: { ...open, easing, normal: 0 } } };
  }
  return updated({
    ...open,
    severity: isToldSeverity ? severity : open.severity,
    triggers: [...open.triggers, ...newTriggers],
    easing: isToldSeverity ? 0 : easing,
    normal: 0,
  });
}

function updated(changed: OpenAnomaly): Tracked {
  const anomaly = { ...changed, updates: changed.updates + 1 };
  return { state: { ...quietTracker, open: anomaly }, transition: { type: 'updated', anomaly } };
}

function harmAt(
  { isBeyond, forMs }: HarmCheck,
  { startedAtMs, harm }: Pick<OpenAnomaly, 'startedAtMs' | 'harm'>,
  timeMs: number,
  rule: DetectionRule,
): HarmState {
  const course = { ageMs: timeMs - startedAtMs, isGoingOn: harm.sinceMs !== undefined };
  return followHarm(harm, { isBeyond: isBeyond(course), timeMs }, forMs, rule.clearAfter);
}

function cleared(anomaly: OpenAnomaly, reason: ClearReason): Tracked {
  return { state: quietTracker, transition: { type: 'cleared', anomaly, reason } };
}

/** The worse of the measured severity and that declared by the triggers that have held; undefined when there is neither. */
function severityNow(
  observation: Observation,
  { violated, held }: TriggerVerdict,
  earlierTriggers: readonly string[],
): AnomalySeverity | undefined {
  const severities = [
    ...(observation.anomalous ? [observation.severity ?? 'info'] : []),
    ...violated
      .filter((trigger) => held.includes(trigger) || earlierTriggers.includes(trigger.id))
      .map(({ severity }) => severity),
  ];
  return severities.length === 0 ? undefined : severities.reduce(worseSeverity);
}
