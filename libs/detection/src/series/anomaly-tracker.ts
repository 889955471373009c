import { AnomalySeverity, type AnomalyEnd, type DetectionRule } from '@cortex/contracts';
import { z } from 'zod';
import { worseSeverity, severityRank } from '../scoring/composite.ts';
import { anomalyIdOf } from '../anomaly-id.ts';
import type { HarmState } from '../harm/follow-harm.ts';
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
  /** It was told as harm. */
  isHarm: z.boolean().default(false),
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
  | { readonly type: 'cleared'; readonly anomaly: OpenAnomaly; readonly reason: AnomalyEnd };

export interface Tracked {
  readonly state: TrackerState;
  readonly transition?: TrackerTransition;
}

/**
 * One open anomaly per series. It opens after `openAfter` anomalous samples in a row, or as soon as a trigger has held
 * for its duration, or the series is harm; it closes after `clearAfter` samples in a row on which neither the statistics
 * nor any trigger is anomalous, and which are within the limit of harm.
 */
export function track(
  seriesKey: string,
  rule: DetectionRule,
  state: TrackerState,
  observation: Observation,
  verdict: TriggerVerdict,
  harm: HarmState,
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
  { isHeld: isHarm, run: harm }: HarmState,
): Tracked {
  const { timeMs } = observation.sample;
  if (!observation.anomalous && verdict.held.length === 0 && !isHarm) return { state: quietTracker };
  const run = observation.anomalous ? state.run + 1 : 0;
  const runSinceMs = run > 1 ? state.runSinceMs : timeMs;
  const opensByLimit = verdict.held.length > 0 || isHarm;
  if (!opensByLimit && run < rule.openAfter) return { state: { run, runSinceMs } };
  const heldSince = verdict.held.map(({ id }) => verdict.times[id] ?? timeMs);
  const startedAtMs = Math.min(runSinceMs, ...heldSince, (isHarm ? harm?.sinceMs : undefined) ?? timeMs);
  const anomaly: OpenAnomaly = {
    id: anomalyIdOf(seriesKey, startedAtMs),
    kind: opensByLimit ? 'threshold' : 'metric',
    startedAtMs,
    severity: severityNow(observation, verdict, [], isHarm) ?? 'info',
    direction: observation.direction,
    triggers: verdict.held.map(({ id }) => id),
    updates: 0,
    easing: 0,
    normal: 0,
    isHarm,
  };
  return { state: { ...quietTracker, open: anomaly }, transition: { type: 'detected', anomaly } };
}

function whileOpen(
  rule: DetectionRule,
  before: OpenAnomaly,
  observation: Observation,
  verdict: TriggerVerdict,
  { isHeld: isHarm, easing: harmEasing }: HarmState,
): Tracked {
  if (observation.accepted) return cleared(before, 'level_accepted');
  const open = { ...before, isHarm };
  const isToldHarm = isHarm !== before.isHarm;
  const isHarmNow = isHarm && harmEasing === 0;
  if (!observation.anomalous && verdict.violated.length === 0 && !isHarmNow) {
    const normal = open.normal + 1;
    if (normal >= rule.clearAfter) return cleared(open, 'back_to_normal');
    return isToldHarm ? updated({ ...open, normal }) : { state: { ...quietTracker, open: { ...open, normal } } };
  }
  const severity = severityNow(observation, verdict, open.triggers, isHarmNow) ?? open.severity;
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

function cleared(anomaly: OpenAnomaly, reason: AnomalyEnd): Tracked {
  return { state: quietTracker, transition: { type: 'cleared', anomaly, reason } };
}

/** Of what is harm, however usual. */
const harmSeverity = 'medium';

/** The worst of the measured severity, those declared by the triggers that have held, and that of harm; undefined when there is none. */
function severityNow(
  observation: Observation,
  { violated, held }: TriggerVerdict,
  earlierTriggers: readonly string[],
  isHarm: boolean,
): AnomalySeverity | undefined {
  const severities = [
    ...(observation.anomalous ? [observation.severity ?? 'info'] : []),
    ...violated
      .filter((trigger) => held.includes(trigger) || earlierTriggers.includes(trigger.id))
      .map(({ severity }) => severity),
    ...(isHarm ? ([harmSeverity] as const) : []),
  ];
  return severities.length === 0 ? undefined : severities.reduce(worseSeverity);
}
