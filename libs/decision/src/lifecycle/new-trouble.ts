import type { Incident, Signal } from '@cortex/contracts';
import { findRootCause } from '../assessment/root-cause.ts';
import { decide } from '../decide/decide.ts';
import { severityRank } from '../levels.ts';
import { callHumans, contactsOf } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { type Work, activeSignals } from '../record/work.ts';
import { latest, msBetween } from '../time.ts';

/**
 * Why a signal is news to the humans who have the incident: its trouble had cleared, or is of another kind or another
 * instance than what is open. Undefined: it belongs to what they know. Asked before the signal is put in.
 */
export function newTroubleOf({ incident, facts, now }: Work, signal: Signal): string | undefined {
  if (incident.status !== 'escalated') return undefined;
  const active = activeSignals(incident);
  if (active.length === 0) return `trouble is back after its signals had cleared: ${signal.summary}`;
  const trouble = troubleOf(signal);
  if (active.some((one) => troubleOf(one) === trouble || explains(one, signal))) return undefined;
  const [first, ...others] = incident.signals
    .filter((one) => troubleOf(one) === trouble)
    .flatMap((one) => one.clearedAt ?? []);
  const isBlip = first !== undefined && msBetween(latest(first, ...others), now) < facts.safety.settlingMs;
  return isBlip ? undefined : `other trouble has begun: ${signal.summary}`;
}

/** One place, and what is wrong there: its health, or the category that its metric speaks for. */
function troubleOf(signal: Signal): string {
  const where = signal.target.instance ?? '*';
  if (signal.kind === 'health') return `health of ${where}`;
  const { cause } = findRootCause({ signals: [signal] }, undefined);
  return `${cause === 'unknown' ? (signal.metric ?? signal.key) : cause} of ${where}`;
}

/** An instance that fails its checks explains its own anomalies, and those of the service as a whole. */
function explains(known: Signal, { kind, target }: Signal): boolean {
  const isDown = known.kind === 'health' && known.healthState !== 'DEGRADED';
  return isDown && kind === 'anomaly' && (target.instance === undefined || target.instance === known.target.instance);
}

/** New trouble in an incident that is with humans: decided on, and they are told, whoever has it. The signal is in. */
export function takeNewTrouble(work: Work, news: string): void {
  const { acknowledgedBy } = work.incident;
  if (acknowledgedBy === undefined && work.memory.escalatedFor !== 'hands_off') decide(work, undefined, news);
  else {
    const why = acknowledgedBy === undefined ? whyHandsOff(work.incident) : `${acknowledgedBy} has taken this incident`;
    recordDecision(work, {
      outcome: 'escalate',
      code: 'with_humans',
      reason: `${news}; ${why}, so Cortex runs nothing`,
    });
  }
  if (work.incident.status === 'escalated' && !isToldJustNow(work)) {
    callHumans(work, news, { notify: contactsOf(work, undefined) });
  }
}

function whyHandsOff({ decisions }: Incident): string {
  const last = decisions.findLast(({ outcome, code }) => outcome === 'escalate' && code !== 'with_humans');
  return `a human must look first (${last?.reason ?? 'it was handed over'})`;
}

/** What begins within the settling time of a call is seen by whoever answers it. */
function isToldJustNow({ incident, memory, facts, now }: Work): boolean {
  const last = incident.escalations.at(-1);
  const isWorse = memory.notified === undefined || severityRank(incident.severity) < severityRank(memory.notified);
  return last !== undefined && !isWorse && msBetween(last.at, now) < facts.safety.settlingMs;
}
