import type { Attempt, Decision, Incident, Signal } from '@cortex/contracts';

/** Limits that keep a record below 300 KB however long an incident lasts. */
const maxSignals = 60;
const maxDecisions = 40;
export const maxAttempts = 40;
const maxEscalations = 50;
export const maxApplied = 256;

/** The incident within its bounds: oldest cleared signals and middle decisions go first, refused attempts before relapsed ones. */
export function boundIncident(incident: Incident): Incident {
  return {
    ...incident,
    signals: boundSignals(incident.signals),
    decisions: boundDecisions(incident.decisions),
    attempts: boundAttempts(incident.attempts),
    escalations: incident.escalations.slice(-maxEscalations),
  };
}

function boundSignals(signals: readonly Signal[]): Signal[] {
  if (signals.length <= maxSignals) return [...signals];
  const dropFirst = [...signals].sort((left, right) => Number(left.active) - Number(right.active));
  const dropped = new Set(dropFirst.slice(0, signals.length - maxSignals).map((signal) => signal.key));
  return signals.filter((signal) => !dropped.has(signal.key));
}

function boundDecisions(decisions: readonly Decision[]): Decision[] {
  if (decisions.length <= maxDecisions) return [...decisions];
  const half = maxDecisions / 2;
  return [...decisions.slice(0, half), ...decisions.slice(-half)];
}

function boundAttempts(attempts: readonly Attempt[]): Attempt[] {
  const bounded = dropOldest(attempts, ({ outcome }) => outcome === 'refused');
  return dropOldest(bounded, ({ relapsed }) => relapsed === true);
}

/** Never the last one: what comes next is about it. */
function dropOldest(attempts: readonly Attempt[], mayGo: (attempt: Attempt) => boolean): Attempt[] {
  let excess = attempts.length - maxAttempts;
  return attempts.filter((attempt, index) => {
    const goes = excess > 0 && index < attempts.length - 1 && mayGo(attempt);
    if (goes) excess -= 1;
    return !goes;
  });
}
