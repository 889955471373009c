import { targetKey } from '@cortex/contracts';
import type {
  ExecutionOutcome,
  ExecutionRecord,
  JournalEntry,
  JsonRecord,
  RefusedBy,
  Remediation,
  RollbackOutcome,
  StepOutcome,
  Target,
} from '@cortex/contracts';
import { JournalOrderError } from './errors.ts';

export type ExecutionPhase = JournalEntry['phase'];
export type RemediationTarget = Remediation['targets'][number];

/** The place in an execution that an entry belongs to. */
export interface StepPlace {
  readonly phase: ExecutionPhase;
  readonly step: number;
  readonly target: Target;
}

const maxTextLength = 4_000;

export function newRecord(remediation: Remediation, acceptedAt: Date): ExecutionRecord {
  return { remediation, status: 'accepted', acceptedAt: acceptedAt.toISOString(), entries: [] };
}

/** All attempts at one place, oldest first. */
export function entriesAt(record: ExecutionRecord, place: StepPlace): readonly JournalEntry[] {
  return record.entries.filter((entry) => isAt(entry, place));
}

/** The entry whose effect may be under way: at most one at a time. */
export function openIntent(record: ExecutionRecord): JournalEntry | undefined {
  return record.entries.find((entry) => entry.status === 'intent');
}

/** Records that an effect is about to begin. Tokens never decrease on one target (INV-2). */
export function recordIntent(
  record: ExecutionRecord,
  place: StepPlace & { readonly attempt: number },
  fields: { readonly token: number; readonly before: JsonRecord; readonly at: Date },
): ExecutionRecord {
  const { executionId } = record.remediation;
  const allowed = place.phase === 'remediation' ? ['accepted', 'running'] : ['completed', 'rolling_back'];
  if (!allowed.includes(record.status)) throw new JournalOrderError(executionId, `intent while ${record.status}`);
  if (openIntent(record) !== undefined) throw new JournalOrderError(executionId, 'intent while another is open');
  if (entriesAt(record, place).some((entry) => entry.attempt >= place.attempt)) {
    throw new JournalOrderError(executionId, `attempt ${place.attempt} of step ${place.step} exists already`);
  }
  const key = targetKey(place.target);
  if (record.entries.some((entry) => targetKey(entry.target) === key && entry.token > fields.token)) {
    throw new JournalOrderError(executionId, `token ${fields.token} is older than an earlier effect's`);
  }
  const at = fields.at.toISOString();
  const entry: JournalEntry = {
    phase: place.phase,
    step: place.step,
    target: plainTarget(place.target),
    attempt: place.attempt,
    status: 'intent',
    token: fields.token,
    intentAt: at,
    before: fields.before,
  };
  return {
    ...record,
    status: place.phase === 'remediation' ? 'running' : 'rolling_back',
    startedAt: record.startedAt ?? at,
    entries: [...record.entries, entry],
  };
}

/** The result of an attempt. `ambiguous` means that it is unknown whether it had its effect. */
export interface AttemptResult {
  readonly outcome: StepOutcome;
  readonly detail: string;
  readonly at: Date;
  readonly retryable?: boolean;
  readonly partial?: boolean;
  /** The kill switch was thrown while it ran. */
  readonly stopped?: boolean;
  /** Concluded from a probe, not reported by the action. */
  readonly inferred?: boolean;
}

/** Closes the open intent at this place with its result. */
export function recordResult(
  record: ExecutionRecord,
  place: StepPlace,
  step: { readonly name: string; readonly action: string },
  result: AttemptResult,
): ExecutionRecord {
  return replaceOpenIntent(record, place, (entry) => ({
    ...entry,
    status: result.outcome === 'ambiguous' ? 'ambiguous' : 'result',
    ...(result.retryable === true ? { retryable: true } : {}),
    ...(result.partial === true ? { partial: true } : {}),
    ...(result.stopped === true && result.outcome === 'failed' ? { stopped: true } : {}),
    result: {
      step: entry.step,
      name: step.name,
      action: step.action,
      target: entry.target,
      outcome: result.outcome,
      attempts: entry.attempt,
      startedAt: firstIntentAt(record, entry),
      durationMs: Math.max(0, result.at.getTime() - Date.parse(firstIntentAt(record, entry))),
      detail: clip(result.detail),
      inferred: result.inferred ?? false,
    },
  }));
}

/**
 * Closes the open intent as one that a crash left behind and that may be repeated. It has no result of its own.
 * `isProved`: a probe found that it had no effect; otherwise it may have had one, and repeating does no harm.
 */
export function recordRepeat(record: ExecutionRecord, place: StepPlace, isProved = false): ExecutionRecord {
  const proof = isProved ? { provedUndone: true as const } : {};
  return replaceOpenIntent(record, place, (entry) => ({ ...entry, status: 'ambiguous', ...proof }));
}

/** Withdraws the open intent. Only for a caller that knows that the effect was never begun. */
export function withdrawIntent(record: ExecutionRecord, place: StepPlace): ExecutionRecord {
  replaceOpenIntent(record, place, (entry) => entry);
  return { ...record, entries: record.entries.filter((entry) => !(isAt(entry, place) && entry.status === 'intent')) };
}

export interface ExecutionEnding {
  readonly outcome: ExecutionOutcome;
  readonly reason: string;
  readonly refusedBy?: RefusedBy;
}

/** The one terminal state of the steps. */
export function completeExecution(record: ExecutionRecord, ending: ExecutionEnding, at: Date): ExecutionRecord {
  const { executionId } = record.remediation;
  if (record.status !== 'accepted' && record.status !== 'running') {
    throw new JournalOrderError(executionId, `completed while ${record.status}`);
  }
  if (openIntent(record) !== undefined) throw new JournalOrderError(executionId, 'completed while an intent is open');
  return {
    ...record,
    status: 'completed',
    completedAt: at.toISOString(),
    outcome: ending.outcome,
    reason: clip(ending.reason),
    ...(ending.refusedBy === undefined ? {} : { refusedBy: ending.refusedBy }),
  };
}

/** A stop holds the rollback: what the request of that time asked for is answered, and a newer one goes on from here. */
export function stopRollback(
  record: ExecutionRecord,
  { reason, requestedAt }: { readonly reason: string; readonly requestedAt: string },
  at: Date,
): ExecutionRecord {
  if (openIntent(record) !== undefined) {
    throw new JournalOrderError(record.remediation.executionId, 'stopped while an intent is open');
  }
  const rollback = { outcome: 'stopped', reason: clip(reason), completedAt: at.toISOString(), requestedAt } as const;
  return { ...record, status: 'completed', rollback };
}

/** The one terminal state of the rollback. */
export function completeRollback(
  record: ExecutionRecord,
  ending: { readonly outcome: Exclude<RollbackOutcome, 'stopped'>; readonly reason: string },
  at: Date,
): ExecutionRecord {
  const { executionId } = record.remediation;
  if (record.status !== 'completed' && record.status !== 'rolling_back') {
    throw new JournalOrderError(executionId, `rolled back while ${record.status}`);
  }
  if (openIntent(record) !== undefined) throw new JournalOrderError(executionId, 'rolled back while an intent is open');
  return {
    ...record,
    status: 'rolled_back',
    rollback: { outcome: ending.outcome, reason: clip(ending.reason), completedAt: at.toISOString() },
  };
}

export function plainTarget(target: Target): Target {
  return { service: target.service, instance: target.instance };
}

function isAt(entry: JournalEntry, place: StepPlace): boolean {
  return (
    entry.phase === place.phase &&
    entry.step === place.step &&
    entry.target.service === place.target.service &&
    entry.target.instance === place.target.instance
  );
}

function replaceOpenIntent(
  record: ExecutionRecord,
  place: StepPlace,
  change: (entry: JournalEntry) => JournalEntry,
): ExecutionRecord {
  const open = openIntent(record);
  if (open === undefined || !isAt(open, place)) {
    throw new JournalOrderError(record.remediation.executionId, `step ${place.step} has no open intent here`);
  }
  return { ...record, entries: record.entries.map((entry) => (entry === open ? change(entry) : entry)) };
}

function firstIntentAt(record: ExecutionRecord, entry: JournalEntry): string {
  return entriesAt(record, entry)[0]?.intentAt ?? entry.intentAt;
}

function clip(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`;
}
