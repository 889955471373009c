import type { Attempt, Decision, Incident, Signal } from '@cortex/contracts';

/** Limits that keep a record below 300 KB however long an incident lasts. */
const maxSignals = 60;
const maxDecisions = 40;
export const maxAttempts = 40;
const maxEscalations = 50;
export const maxApplied = 256;

/** The incident within its bounds: oldest cleared signals and middle decisions go first, refused attempts before others. */
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
  let excess = attempts.length - maxAttempts;
  return attempts.filter((attempt, index) => {
    const mayGo = excess > 0 && attempt.outcome === 'refused' && index < attempts.length - 1;
    if (mayGo) excess -= 1;
    return !mayGo;
  });
}
