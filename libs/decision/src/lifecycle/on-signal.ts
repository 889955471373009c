import { type HealthChange, type Incident, type IncidentRecord, type Signal, targetKey } from '@cortex/contracts';
import { prolongedMs } from '../assessment/auto-escalation.ts';
import { silentSince } from '../assessment/silent-source.ts';
import { reassess } from '../assessment/reassess.ts';
import { decide } from '../decide/decide.ts';
import { anomalyRank } from '../levels.ts';
import type { Facts } from '../model/facts.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { Input, InputOf } from '../model/input.ts';
import { ignore } from '../record/finish.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, change, continueWork, forget, openWork, remember } from '../record/work.ts';
import { signalFromAnomaly } from '../signals/from-anomaly.ts';
import { signalFromHealth } from '../signals/from-health.ts';
import { mergeSignal } from '../signals/merge.ts';
import { isOlder, lastOf } from '../signals/order.ts';
import { informsOnly } from '../signals/triggering.ts';
import { addMs, earliest, msBetween } from '../time.ts';
import type { Transition } from '../model/transition.ts';
import { mayDecide } from './may-decide.ts';
import { newTroubleOf, takeNewTrouble } from './new-trouble.ts';

type SignalInput = InputOf<'anomaly.detected'> | InputOf<'anomaly.updated'> | InputOf<'health.changed'>;

/** The service that a signal is about, and with it the incident. */
export function serviceOf(input: SignalInput | InputOf<'anomaly.cleared'>): string {
  return input.type === 'health.changed' ? input.data.target.service : input.data.service;
}

/** Something is wrong, or wrong in another way: into the open incident, or a new one. */
export function takeSignal(
  record: IncidentRecord | undefined,
  input: SignalInput,
  facts: Facts,
  now: string,
): Work | Transition {
  const signal = input.type === 'health.changed' ? signalFromHealth(input.data) : signalFromAnomaly(input.data);
  const outdated = whyOutdated(record, signal, input, facts);
  if (outdated !== undefined) return ignore(record, outdated);
  if (record !== undefined && record.incident.status !== 'resolved') {
    const news = newsOf(record, signal, input, facts);
    if (news === undefined) return ignore(record, 'goes_on_as_known');
    const work = continueWork(record, input, facts, now);
    add(work, news);
    return work;
  }
  const refusal = whyNotOpen(record, signal, input, facts, now);
  return refusal === undefined ? open(signal, input, facts, now) : ignore(record, refusal);
}

/** What a signal brings to an open incident. That an anomaly goes on is news only where its source seemed to be silent. */
function newsOf({ incident }: IncidentRecord, signal: Signal, input: SignalInput, facts: Facts): Signal | undefined {
  if (input.type !== 'anomaly.updated' || input.data.goesOn !== true) return signal;
  const known = incident.signals.find((one) => one.key === signal.key);
  if (known?.active !== true) return signal;
  return silentSince(incident, facts) === undefined
    ? undefined
    : { ...known, ...pickValue(signal), detectedAt: signal.detectedAt };
}

function pickValue({ value }: Signal): Pick<Signal, 'value'> {
  return value === undefined ? {} : { value };
}

function add(work: Work, signal: Signal): void {
  const news = newTroubleOf(work, signal);
  const known = work.incident.signals.find((one) => one.key === signal.key);
  if (known?.active !== true) {
    forget(work, 'clearedSince');
    cancelTimer(work, 'quiet');
  }
  const detectedAt = earliest(work.incident.detectedAt, signal.detectedAt);
  const how = known === undefined ? 'new signal' : 'signal changed';
  const what = `${isRepetition(work, known, signal) ? 'signal goes on' : how}: ${signal.summary}`;
  change(work, { signals: mergeSignal(work.incident, signal), detectedAt }, what);
  reassess(work);
  if (news !== undefined) takeNewTrouble(work, signal, news);
  else if (mayDecide(work)) decide(work);
}

function isRepetition({ inputType }: Work, known: Signal | undefined, signal: Signal): boolean {
  return inputType === 'anomaly.updated' && known?.active === true && known.summary === signal.summary;
}

function open(signal: Signal, input: Input, facts: Facts, now: string): Work {
  const service = facts.services.get(signal.target.service);
  const incident: Incident = {
    id: facts.newIncidentId,
    service: signal.target.service,
    title: `${signal.target.service}: ${signal.summary}`.slice(0, 500),
    status: 'open',
    severity: 'SEV3',
    initialSeverity: 'SEV3',
    cause: 'unknown',
    blastRadius: {
      level: 'single_instance',
      instances: 0,
      services: 1,
      hosts: 0,
      clusters: 0,
      regions: 0,
      riskScore: 0,
    },
    environment: service?.environment ?? facts.environment,
    startedAt: signal.startedAt,
    detectedAt: signal.detectedAt,
    openedAt: now,
    updatedAt: now,
    signals: [signal],
    affected: { services: [signal.target.service], instances: [], hosts: [] },
    attempts: [],
    decisions: [],
    escalations: [],
  };
  const work = openWork(incident, input, facts, now);
  reassess(work);
  change(work, { initialSeverity: work.incident.severity });
  remember(work, { initialServices: work.incident.blastRadius.services });
  setTimer(work, 'prolonged', 'reevaluate', addMs(now, prolongedMs));
  decide(work);
  return work;
}

/** What came late: the world has moved on since. */
function whyOutdated(
  record: IncidentRecord | undefined,
  signal: Signal,
  input: SignalInput,
  facts: Facts,
): IgnoreReason | undefined {
  const known = record?.incident.signals.find((one) => one.key === signal.key);
  if (known !== undefined && isOlder({ at: signal.detectedAt, sequence: signal.sequence }, lastOf(known))) {
    return 'newer_state_known';
  }
  if (isWithoutItsCompany(known, signal)) return 'known_with_correlation';
  if (input.type === 'health.changed') {
    const present = facts.health.get(targetKey(input.data.target));
    const isOld = present !== undefined && msBetween(signal.detectedAt, present.since) > 0;
    return isOld && present.state === 'HEALTHY' ? 'recovered_since' : undefined;
  }
  const cleared = record?.memory['clearedEarly'];
  const clearedEarly = Array.isArray(cleared) && cleared.includes(signal.key);
  return clearedEarly || facts.clearedAnomalies.has(signal.key) ? 'cleared_already' : undefined;
}

/** Correlation repeats an anomaly with one component more; what it repeats may arrive behind it. */
function isWithoutItsCompany(known: Signal | undefined, signal: Signal): boolean {
  return known?.correlation !== undefined && signal.correlation === undefined && known.detectedAt === signal.detectedAt;
}

/** Why a signal opens no incident. */
function whyNotOpen(
  record: IncidentRecord | undefined,
  signal: Signal,
  input: SignalInput,
  facts: Facts,
  now: string,
): IgnoreReason | undefined {
  const isSlight = signal.severity !== undefined && anomalyRank(signal.severity) < anomalyRank('low');
  if (isSlight && signal.harm?.kind !== 'limit') return 'severity_info';
  const known = record?.incident.signals.find((one) => one.key === signal.key);
  const endedAt = record?.incident.resolution?.at;
  if (known !== undefined && endedAt !== undefined) {
    if (msBetween(endedAt, signal.detectedAt) <= 0) return 'belongs_to_ended_incident';
    const isWorse = anomalyRank(signal.severity ?? 'info') > anomalyRank(known.severity ?? 'info');
    if (input.type !== 'health.changed' && !isWorse) {
      if (isResting(record, now, facts)) return 'belongs_to_ended_incident';
      // It goes on behind the end of its incident: what only informs has nothing to add.
      if (informsOnly(signal)) return 'ended_and_no_worse';
    }
  }
  // What a human closed rests for a while, unless something is new; what ended by itself may have failed again unseen.
  const isOld = input.type === 'health.changed' && input.data.goesOn === true;
  if (isOld && isResting(record, now, facts)) return 'belongs_to_ended_incident';
  if (input.type === 'health.changed' && record !== undefined && isDisproved(record.incident, input.data))
    return 'seen_before_recovery_was_proved';
  const isPresent =
    input.type === 'health.changed' && facts.health.get(targetKey(input.data.target))?.state === input.data.to;
  const openedAt = record?.incident.openedAt;
  if (!isPresent && openedAt !== undefined && msBetween(openedAt, signal.detectedAt) < 0) {
    return 'older_than_last_incident';
  }
  if (input.type === 'health.changed' && !isPresent && msBetween(signal.detectedAt, now) > facts.safety.signalMaxAgeMs)
    return 'too_old';
  return undefined;
}

/** A human said that it was over, not long ago. */
function isResting(record: IncidentRecord | undefined, now: string, { safety }: Facts): boolean {
  const { decisions, resolution } = record?.incident ?? {};
  if (resolution === undefined || decisions?.at(-1)?.code !== 'closed_by_human') return false;
  return msBetween(resolution.at, now) < safety.closedRestsMs;
}

/** A checker that was away tells of failures that verification has since seen pass. What still fails will say so anew. */
function isDisproved({ resolution, attempts }: Incident, { target, failing }: HealthChange): boolean {
  if (resolution?.verificationPassed !== true || failing.length === 0) return false;
  const isProved = attempts.at(-1)?.targets.some((proved) => targetKey(proved) === targetKey(target)) === true;
  return isProved && failing.every(({ observedAt }) => msBetween(observedAt, resolution.recoveredAt) > 0);
}
