import type { Attempt, Decision, Incident, Signal, StepResult } from '@cortex/contracts';
import { hasHelped } from './has-helped.ts';

/** Limits that keep a record, and the event that tells it whole, well below the largest event however long an incident lasts. */
const maxSignals = 60;
const maxDecisions = 40;
export const maxAttempts = 40;
const maxEscalations = 50;
export const maxApplied = 256;
/** Results of steps on targets, those of the newest attempts first; and how many of one attempt. */
const maxStepResults = 400;
const maxStepResultsOfOne = 150;
/** In characters of their JSON. */
const maxAttemptsSize = 250_000;
const maxDecisionsSize = 350_000;

/**
 * The incident within its bounds: oldest cleared signals and middle decisions go first, refused attempts before relapsed
 * ones, and those before others that helped. What did not help always stays: it is counted. Says how much was left out.
 */
export function boundIncident(incident: Incident): Incident {
  const kept = boundAttempts(incident.attempts);
  const attempts = boundStepResults(kept);
  const decisions = boundDecisions(incident.decisions);
  const before = incident.leftOut ?? { attempts: 0, stepResults: 0, decisions: 0 };
  const leftOut = {
    attempts: before.attempts + incident.attempts.length - attempts.length,
    stepResults: before.stepResults + countResults(kept) - countResults(attempts),
    decisions: before.decisions + incident.decisions.length - decisions.length,
  };
  const isWhole = leftOut.attempts + leftOut.stepResults + leftOut.decisions === 0;
  return {
    ...incident,
    signals: boundSignals(incident.signals),
    decisions,
    attempts,
    escalations: incident.escalations.slice(-maxEscalations),
    ...(isWhole ? {} : { leftOut }),
  };
}

function boundSignals(signals: readonly Signal[]): Signal[] {
  if (signals.length <= maxSignals) return [...signals];
  const dropFirst = [...signals].sort((left, right) => Number(left.active) - Number(right.active));
  const dropped = new Set(dropFirst.slice(0, signals.length - maxSignals).map((signal) => signal.key));
  return signals.filter((signal) => !dropped.has(signal.key));
}

function boundDecisions(decisions: readonly Decision[]): Decision[] {
  const kept = [...decisions];
  let size = sizeOf(kept);
  while (kept.length > 2 && (kept.length > maxDecisions || size > maxDecisionsSize)) {
    const [middle] = kept.splice(Math.floor((kept.length - 1) / 2), 1);
    size -= sizeOf(middle);
  }
  return kept;
}

function boundAttempts(attempts: readonly Attempt[]): Attempt[] {
  const few = dropOldest(attempts, maxAttempts, ({ outcome }) => outcome === 'refused');
  const fewer = dropOldest(few, maxAttempts, ({ relapsed }) => relapsed === true);
  let size = 0;
  const within = fewer.filter((attempt) => (size += sizeOf({ ...attempt, steps: [] })) <= maxAttemptsSize).length;
  return dropOldest(fewer, within, hasHelped);
}

/** Never the last one: what comes next is about it. */
function dropOldest(attempts: readonly Attempt[], most: number, mayGo: (attempt: Attempt) => boolean): Attempt[] {
  let excess = attempts.length - most;
  return attempts.filter((attempt, index) => {
    const goes = excess > 0 && index < attempts.length - 1 && mayGo(attempt);
    if (goes) excess -= 1;
    return !goes;
  });
}

function boundStepResults(attempts: readonly Attempt[]): Attempt[] {
  let room = maxStepResults;
  return attempts
    .toReversed()
    .map((attempt) => {
      const steps = mostTelling(attempt.steps, Math.min(room, maxStepResultsOfOne));
      room -= steps.length;
      return steps.length === attempt.steps.length ? attempt : { ...attempt, steps };
    })
    .toReversed();
}

/** In their order: those that did not succeed before those that did. */
function mostTelling(steps: readonly StepResult[], most: number): StepResult[] {
  if (steps.length <= most) return [...steps];
  const ranked = steps.map((step, index) => ({ index, rank: step.outcome === 'succeeded' ? 1 : 0 }));
  const kept = new Set(
    ranked
      .toSorted((left, right) => left.rank - right.rank || left.index - right.index)
      .slice(0, most)
      .map(({ index }) => index),
  );
  return steps.filter((_step, index) => kept.has(index));
}

function countResults(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { steps }) => sum + steps.length, 0);
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}
