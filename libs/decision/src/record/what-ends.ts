import type { IncidentRecord } from '@cortex/contracts';
import { type Memory, readMemory } from '../model/memory.ts';
import { msBetween } from '../time.ts';
import { tellAtOf } from './waiting.ts';

/** What ends an incident's present state. */
export type End =
  | { readonly kind: 'over' }
  | {
      readonly kind: 'under_way';
      readonly what: 'remediation' | 'verification' | 'rollback';
      /** Then humans are told that no answer came. */
      readonly deadlineAt: string;
    }
  | { readonly kind: 'timer'; readonly name: string; readonly dueAt: string }
  | { readonly kind: 'human'; readonly how: 'told' | 'took'; readonly at: string };

/** A timer that is overdue by this much will not come any more. */
const lostAfterMs = 3_600_000;

/**
 * The end that this incident has, by its record alone: a timer that asks again, work that is under way under a deadline,
 * or a human who knows. Undefined is a defect: no open incident may be without one.
 */
export function whatEnds(record: Pick<IncidentRecord, 'incident' | 'memory'>, now: string): End | undefined {
  const { incident } = record;
  const memory = readMemory(record);
  const timer = (name: string) => timerOf(memory, incident.id, name, now);
  switch (incident.status) {
    case 'resolved':
      return { kind: 'over' };
    case 'remediating':
      return underWay('remediation', timer('deadline'));
    case 'verifying':
      return underWay('verification', timer('deadline'));
    case 'rolling_back':
      return underWay('rollback', timer('deadline'));
    case 'awaiting_approval':
      return timer('approval');
    case 'monitoring':
      return timer('monitoring') ?? timer('quiet');
    case 'escalated':
      // What is over for the signals ends by itself, whoever has it.
      return isClear(incident) ? timer('quiet') : (humanOf(record) ?? timer('postponed'));
    case 'open':
      return boundedWait(memory, timer('reevaluate')) ?? humanOf(record) ?? timer('prolonged');
    default: {
      const impossible: never = incident.status;
      throw new TypeError(`an unknown status ${String(impossible)}`);
    }
  }
}

function isClear({ signals }: IncidentRecord['incident']): boolean {
  return !signals.some((signal) => signal.active);
}

type TimerEnd = Extract<End, { kind: 'timer' }>;

function timerOf({ timers }: Memory, incidentId: string, name: string, now: string): TimerEnd | undefined {
  const dueAt = timers[`${incidentId}-${name}`];
  if (dueAt === undefined || msBetween(dueAt, now) > lostAfterMs) return undefined;
  return { kind: 'timer', name, dueAt };
}

function underWay(what: 'remediation' | 'verification' | 'rollback', deadline: TimerEnd | undefined): End | undefined {
  return deadline === undefined ? undefined : { kind: 'under_way', what, deadlineAt: deadline.dueAt };
}

/** What is held asks again no later than humans are to be told. */
function boundedWait(memory: Memory, next: TimerEnd | undefined): End | undefined {
  const tellAt = tellAtOf(memory);
  if (next === undefined || tellAt === undefined) return next;
  return msBetween(next.dueAt, tellAt) >= 0 ? next : undefined;
}

function humanOf({ incident }: Pick<IncidentRecord, 'incident'>): End | undefined {
  const { acknowledgedAt, escalations } = incident;
  if (acknowledgedAt !== undefined) return { kind: 'human', how: 'took', at: acknowledgedAt };
  const last = escalations.at(-1);
  return last === undefined ? undefined : { kind: 'human', how: 'told', at: last.at };
}
