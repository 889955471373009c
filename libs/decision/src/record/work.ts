import type { Attempt, EventDraft, Incident, IncidentRecord, Service } from '@cortex/contracts';
import type { BreakerOutcome } from '@cortex/suppression';
import type { Assessment } from '../model/assessment.ts';
import type { Facts } from '../model/facts.ts';
import type { Input } from '../model/input.ts';
import { type Memory, emptyMemory, readMemory } from '../model/memory.ts';
import type { TimerCommand } from '../model/transition.ts';

/**
 * One step in progress. The values in it are never changed in place, only replaced, so the record that came in stays
 * as it was.
 */
export interface Work {
  readonly inputId: string;
  readonly inputType: Input['type'];
  readonly facts: Facts;
  readonly now: string;
  readonly service: Service | undefined;
  readonly opened: boolean;
  incident: Incident;
  memory: Memory;
  /** Absent until it is asked for, and after the signals have changed. */
  assessment: Assessment | undefined;
  /** Drafts beside those about the incident itself, which are written once, at the end. */
  drafts: EventDraft[];
  timers: TimerCommand[];
  breakerOutcomes: BreakerOutcome[];
  /** What happened, for people: becomes the `change` of `incident.updated`. */
  changes: string[];
}

/** Goes on with an incident that exists. */
export function continueWork(record: IncidentRecord, input: Input, facts: Facts, now: string): Work {
  return {
    ...blankWork(input, facts, now),
    service: facts.services.get(record.incident.service),
    opened: false,
    incident: record.incident,
    memory: readMemory(record),
  };
}

/** Begins a new incident. */
export function openWork(incident: Incident, input: Input, facts: Facts, now: string): Work {
  return {
    ...blankWork(input, facts, now),
    service: facts.services.get(incident.service),
    opened: true,
    incident,
    memory: emptyMemory,
  };
}

function blankWork(input: Input, facts: Facts, now: string) {
  return {
    inputId: input.id,
    inputType: input.type,
    facts,
    now,
    assessment: undefined,
    drafts: [],
    timers: [],
    breakerOutcomes: [],
    changes: [],
  };
}

/** Replaces fields of the incident and says what changed. The status has a way of its own, `moveTo`. */
export function change(work: Work, fields: Partial<Omit<Incident, 'status'>>, what?: string): void {
  work.incident = { ...work.incident, ...fields };
  if (fields.signals !== undefined) work.assessment = undefined;
  if (what !== undefined) noteChange(work, what);
}

/** Says what changed, once. */
export function noteChange(work: Work, what: string): void {
  if (!work.changes.includes(what)) work.changes.push(what);
}

export function remember(work: Work, fields: Partial<Memory>): void {
  work.memory = { ...work.memory, ...fields };
}

/** Drops one optional field of the memory. */
export function forget(
  work: Work,
  field:
    | 'awaits'
    | 'held'
    | 'clearedSince'
    | 'escalatedFor'
    | 'postponed'
    | 'refusals'
    | 'waitingSince'
    | 'waitingTellAt'
    | 'waitingTold',
): void {
  const { [field]: _dropped, ...rest } = work.memory;
  work.memory = rest;
}

export function findAttempt(work: Work, executionId: string): Attempt | undefined {
  return work.incident.attempts.find((attempt) => attempt.executionId === executionId);
}

export function lastAttempt(incident: Incident): Attempt | undefined {
  return incident.attempts.at(-1);
}

export function changeAttempt(work: Work, executionId: string, fields: Partial<Attempt>): void {
  const attempts = work.incident.attempts.map((attempt) =>
    attempt.executionId === executionId ? { ...attempt, ...fields } : attempt,
  );
  work.incident = { ...work.incident, attempts };
}

/** True while the executor or the verifier owes an answer. */
export function isExecuting(incident: Incident): boolean {
  return incident.status === 'remediating' || incident.status === 'verifying' || incident.status === 'rolling_back';
}

export function activeSignals(incident: Incident): Incident['signals'] {
  return incident.signals.filter((signal) => signal.active);
}
