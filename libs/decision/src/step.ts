import type { IncidentRecord } from '@cortex/contracts';
import type { Facts } from './model/facts.ts';
import type { IgnoreReason } from './model/ignore-reason.ts';
import type { Input } from './model/input.ts';
import type { Transition } from './model/transition.ts';
import { onDenied, onGranted } from './lifecycle/on-approval.ts';
import { takeClearing } from './lifecycle/on-clear.ts';
import { onCompleted, onStarted } from './lifecycle/on-execution.ts';
import { onVerified } from './lifecycle/on-verified.ts';
import { onRolledBack } from './lifecycle/undo.ts';
import { onAcknowledged, onCloseRequested, onControlChanged } from './lifecycle/on-human.ts';
import { takeSignal } from './lifecycle/on-signal.ts';
import { onTimer } from './lifecycle/on-timer.ts';
import { settleWithHumans } from './moves/clear.ts';
import { tellOnCall } from './moves/tell-on-call.ts';
import { finish, ignore } from './record/finish.ts';
import { type Work, continueWork } from './record/work.ts';
import { isTrouble } from './signals/from-health.ts';

/**
 * The brain: one input to one incident, and what follows. `record` is the incident that the input names, else the
 * newest of its service, also when it is resolved. Pure; never throws on an input that fits its schema; the same input twice changes nothing the second time.
 */
export function step(record: IncidentRecord | undefined, input: Input, facts: Facts, now: string): Transition {
  if (record?.applied.includes(input.id) === true) return ignore(record, 'taken_in_before');
  const taken = take(record, input, facts, now);
  if ('record' in taken) return taken;
  settleWithHumans(taken);
  tellOnCall(taken);
  return finish(taken, record);
}

function take(record: IncidentRecord | undefined, input: Input, facts: Facts, now: string): Work | Transition {
  switch (input.type) {
    case 'anomaly.detected':
    case 'anomaly.updated':
      return takeSignal(record, input, facts, now);
    case 'anomaly.cleared':
      return takeClearing(record, input, facts, now);
    case 'health.changed':
      if (isTrouble(input.data.to)) return takeSignal(record, input, facts, now);
      if (input.data.to === 'HEALTHY') return takeClearing(record, input, facts, now);
      return ignore(record, 'state_says_nothing');
    default:
      return takeOwn(record, input, facts, now);
  }
}

type OwnInput = Exclude<Input, { type: 'anomaly.detected' | 'anomaly.updated' | 'anomaly.cleared' | 'health.changed' }>;

/** Inputs about an incident that must exist. */
function takeOwn(record: IncidentRecord | undefined, input: OwnInput, facts: Facts, now: string): Work | Transition {
  if (record === undefined) return ignore(record, 'incident_unknown');
  const isOver = record.incident.status === 'resolved';
  if (isOver && !tellsOfExecution(input)) return ignore(record, 'incident_over');
  const work = continueWork(record, input, facts, now);
  const ignored = handle(work, input);
  return ignored === undefined ? work : ignore(record, ignored);
}

/** What an execution came to counts for its playbook even when the incident ended meanwhile. */
function tellsOfExecution(input: OwnInput): boolean {
  return input.type.startsWith('remediation.') || input.type.startsWith('verification.');
}

function handle(work: Work, input: OwnInput): IgnoreReason | undefined {
  switch (input.type) {
    case 'remediation.started':
      return onStarted(work, input);
    case 'remediation.completed':
      return onCompleted(work, input);
    case 'remediation.rolledback':
      return onRolledBack(work, input);
    case 'verification.completed':
      return onVerified(work, input);
    case 'approval.granted':
      return onGranted(work, input);
    case 'approval.denied':
      return onDenied(work, input);
    case 'escalation.acknowledged':
      return onAcknowledged(work, input);
    case 'incident.close.requested':
      return onCloseRequested(work, input);
    case 'control.changed':
      return onControlChanged(work, input);
    case 'timer.due':
      return onTimer(work, input);
    default: {
      const impossible: never = input;
      throw new TypeError(`an unknown input ${String(impossible)}`);
    }
  }
}
