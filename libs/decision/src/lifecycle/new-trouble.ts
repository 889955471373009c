import type { Incident, Signal } from '@cortex/contracts';
import { findRootCause } from '../assessment/root-cause.ts';
import { decide } from '../decide/decide.ts';
import { severityRank } from '../levels.ts';
import { callHumans, contactsOf } from '../moves/escalate.ts';
import { recordDecision } from '../moves/record-decision.ts';
import { type Work, activeSignals, remember } from '../record/work.ts';
import { tellsOfDown } from '../signals/from-health.ts';
import { latest, msBetween } from '../time.ts';

/**
 * Why a signal is news to the humans who have the incident: its trouble had cleared, is of another kind or another
 * instance than what is open, or took down what was only degraded. Undefined: it belongs to what they know. Asked before the
 * signal is put in.
 */
export function newTroubleOf({ incident, facts, now }: Work, signal: Signal): string | undefined {
  if (incident.status !== 'escalated') return undefined;
  const active = activeSignals(incident);
  if (active.length === 0) return `trouble is back after its signals had cleared: ${signal.summary}`;
  const trouble = troubleOf(signal);
  const known = active.filter((one) => troubleOf(one) === trouble);
  if (known.length > 0) return isDownNow(known, signal) ? `it is down now: ${signal.summary}` : undefined;
  if (active.some((one) => explains(one, signal))) return undefined;
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

function isDownNow(known: readonly Signal[], signal: Signal): boolean {
  return tellsOfDown(signal) && known.every((one) => one.healthState === 'DEGRADED');
}

/** An instance that fails its checks explains its own anomalies, and those of the service as a whole. */
function explains(known: Signal, { kind, target }: Signal): boolean {
  return (
    tellsOfDown(known) &&
    kind === 'anomaly' &&
    (target.instance === undefined || target.instance === known.target.instance)
  );
}

/** New trouble in an incident that is with humans: decided on, and they are told, whoever has it. The signal is in. */
export function takeNewTrouble(work: Work, signal: Signal, news: string): void {
  const { acknowledgedBy } = work.incident;
  if (acknowledgedBy === undefined && work.memory.escalatedFor !== 'hands_off' && !isForJudge(work, signal)) {
    decide(work, undefined, news);
    forWantOfAMove(work);
  } else {
    const why = acknowledgedBy === undefined ? whyHandsOff(work.incident) : `${acknowledgedBy} has taken this incident`;
    recordDecision(work, {
      outcome: 'escalate',
      code: 'with_humans',
      reason: `${news}; ${why}, so Cortex runs nothing`,
    });
  }
  if (work.incident.status === 'escalated' && !isToldJustNow(work)) {
    callHumans(work, news, {
      asks: `look at the ${troubleOf(signal)}${tellsOfDown(signal) ? ', which is down' : ''}`,
      notify: contactsOf(work, undefined),
    });
  }
}

/** What changes in it from here on is decided on again, but for what a human must judge, and what waits for the end of a dry run. */
function forWantOfAMove(work: Work): void {
  const { incident, memory } = work;
  if (incident.status !== 'escalated' || memory.escalatedFor === 'dry_run') return;
  if (!activeSignals(incident).some((one) => isForJudge(work, one))) remember(work, { escalatedFor: 'no_move' });
}

/** Of what the last attempt was made on nobody can tell what it did: a human must judge that first. */
function isForJudge({ incident }: Work, { target }: Signal): boolean {
  const last = incident.attempts.at(-1);
  if (last?.verification !== 'UNCERTAIN') return false;
  return target.instance === undefined || last.targets.some(({ instance }) => instance === target.instance);
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
