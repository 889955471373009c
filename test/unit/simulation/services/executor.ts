import {
  escapeToken,
  remediationCompleted,
  remediationRequested,
  remediationRollbackRequested,
  remediationRolledBack,
  remediationStarted,
  targetKey,
} from '@cortex/contracts';
import type {
  CortexEvent,
  EventDraft,
  ExecutionRecord,
  JournalEntry,
  JsonRecord,
  PlaybookStep,
  Remediation,
  Silence,
  Target,
} from '@cortex/contracts';
import { findSilence, silencesTarget } from '@cortex/decision';
import {
  completeExecution,
  completeRollback,
  finalResults,
  hasNoEffect,
  newRecord,
  nextMove,
  nextRollbackMove,
  openIntent,
  plainTarget,
  recordIntent,
  recordRepeat,
  recordResult,
  withdrawIntent,
} from '@cortex/playbook';
import type { AttemptResult, Ending, ExecutionPhase, RollbackItem } from '@cortex/playbook';
import type { HandlerContext } from '../bus.ts';
import type { Lease } from '../leases.ts';
import { acquire, acquireSlot } from '../leases.ts';
import type { Process, Task } from '../process.ts';
import { TryAgainLater, request, requestAll, sleepUntil } from '../process.ts';
import type { Site } from '../site.ts';
import type { SimulatedAction } from '../world.ts';
import { actions } from '../world.ts';

const freshMs = 1_000;
const patienceMs = 5 * 60_000;

/** Mirrors apps/executor: handlers/*.ts and execution/*.ts. */
export function startExecutor(site: Site, process: Process): void {
  const silences = new Map<string, Silence>();
  site.buckets.silences.watch(process, (key, entry) => entry !== undefined && silences.set(key, entry.value));
  site.bus.consume(process, {
    group: 'executor',
    type: remediationRequested.type,
    handle: (event, context) => new Execution(site, process, silences).remediate(event, context),
  });
  site.bus.consume(process, {
    group: 'executor',
    type: remediationRollbackRequested.type,
    handle: (event) => new Execution(site, process, silences).rollBack(event),
  });
}

interface Work {
  readonly phase: ExecutionPhase;
  readonly step: PlaybookStep;
  readonly target: Target;
  readonly attempt: number;
  readonly undoes?: JsonRecord;
}

type AttemptEnd = { readonly kind: 'done' } | { readonly kind: 'stopped'; readonly reason: string };

/** The run of one handler. */
class Execution {
  readonly #site: Site;
  readonly #process: Process;
  readonly #silences: ReadonlyMap<string, Silence>;
  readonly #run: string;
  #record: ExecutionRecord | undefined;
  #revision: number | undefined;
  #cause: CortexEvent | undefined;
  #targetLeases: readonly Lease[] = [];
  #slots: readonly Lease[] = [];

  constructor(site: Site, process: Process, silences: ReadonlyMap<string, Silence>) {
    this.#site = site;
    this.#process = process;
    this.#silences = silences;
    runs += 1;
    this.#run = `${process.name} #${runs}`;
  }

  *remediate(event: CortexEvent<'remediation.requested'>, context: HandlerContext): Task<readonly EventDraft[]> {
    const { data: remediation } = event;
    this.#cause = event;
    if (context.deliveries > 1) {
      yield* this.#read(remediation.executionId);
      const known = this.#answer(remediation);
      if (known !== undefined) return known;
    }
    yield* this.#read(remediation.executionId);
    const kill = yield* request(() => this.#isKillSwitchOn());
    const taken = yield* this.#takeHolds(remediation);
    try {
      const answer = this.#answer(remediation);
      if (answer !== undefined) return answer;
      this.#record ??= newRecord(remediation, this.#now());
      if (this.#record.status === 'completed') this.#record = newRecord(remediation, this.#now());
      const isFresh = hasNoEffect(this.#record);
      if (isFresh && this.#site.clock.now > remediation.expiresAt)
        return yield* this.#end({ outcome: 'refused', refusedBy: 'expired', reason: 'too late' });
      if (isFresh && this.#isSilenced(remediation))
        return yield* this.#end({ outcome: 'refused', refusedBy: 'silence', reason: 'it is silenced' });
      if (isFresh && kill)
        return yield* this.#end({ outcome: 'refused', refusedBy: 'kill_switch', reason: 'it is on' });
      if (taken !== 'held') {
        if (taken === 'ours') throw new TryAgainLater('a hold of an earlier run has not lapsed', 500);
        if (!isFresh) throw new TryAgainLater(taken, 1_000);
        return yield* this.#end({ outcome: 'refused', refusedBy: taken, reason: taken });
      }
      yield* this.#steps();
      yield* this.#release();
      return [completedDraft(this.#journal)];
    } finally {
      this.#letGo();
    }
  }

  *rollBack(event: CortexEvent<'remediation.rollback.requested'>): Task<readonly EventDraft[]> {
    const { executionId, remediation, requestedAt } = event.data;
    this.#cause = event;
    yield* this.#read(executionId);
    this.#record ??= completeExecution(
      newRecord(remediation, this.#now()),
      { outcome: 'failed', reason: 'rolled back before it began' },
      this.#now(),
    );
    if (this.#record.status === 'rolled_back') return [rolledBackDraft(this.#record)];
    if (this.#record.status === 'accepted' || this.#record.status === 'running')
      throw new TryAgainLater('it is still running', 1_000);
    const first = nextRollbackMove(this.#record);
    if (first.kind === 'complete') {
      yield* this.#write(completeRollback(this.#record, first, this.#now()));
      return [rolledBackDraft(this.#journal)];
    }
    const taken = yield* this.#takeHolds(remediation);
    if (taken !== 'held') {
      const waitedMs = this.#site.clock.nowMs - Date.parse(requestedAt);
      if (taken === 'ours' || waitedMs < patienceMs || openIntent(this.#record) !== undefined)
        throw new TryAgainLater(taken, 1_000);
      yield* this.#write(completeRollback(this.#record, { outcome: 'failed', reason: taken }, this.#now()));
      return [rolledBackDraft(this.#journal)];
    }
    try {
      yield* this.#undoSteps();
      yield* this.#release();
      return [rolledBackDraft(this.#journal)];
    } finally {
      this.#letGo();
    }
  }

  *#steps(): Task<void> {
    const { bus, clock } = this.#site;
    for (;;) {
      const move = nextMove(this.#journal);
      if (move.kind === 'ended') return;
      if (move.kind === 'complete') {
        yield* this.#write(completeExecution(this.#journal, move, this.#now()));
        return;
      }
      const work = { phase: 'remediation' as const, step: move.step, target: move.target };
      if (move.kind === 'resolve_ambiguous') {
        yield* this.#resolveAmbiguous(work, move.entry);
        continue;
      }
      if (move.attempt > 1) yield* sleepUntil(clock.nowMs + 250);
      const isFirst = hasNoEffect(this.#journal);
      const end = yield* this.#attempt({ ...work, attempt: move.attempt });
      if (end.kind === 'stopped') {
        const ending: Ending = isFirst
          ? { outcome: 'refused', refusedBy: 'kill_switch', reason: end.reason }
          : { outcome: 'failed', reason: `kill_switch: ${end.reason}` };
        yield* this.#write(completeExecution(this.#journal, ending, this.#now()));
        return;
      }
      if (isFirst) yield* bus.publish(startedDraft(this.#journal), this.#cause, this.#process.name);
    }
  }

  *#undoSteps(): Task<void> {
    for (;;) {
      const move = nextRollbackMove(this.#journal);
      if (move.kind === 'ended') return;
      if (move.kind === 'complete') {
        yield* this.#write(completeRollback(this.#journal, move, this.#now()));
        return;
      }
      const work = undoWorkOf(move.item);
      if (move.kind === 'resolve_ambiguous') {
        yield* this.#resolveAmbiguous(work, move.entry);
        continue;
      }
      if (!actionOf(work.step).isReversible) {
        yield* this.#skip({ ...work, attempt: move.attempt });
        continue;
      }
      const end = yield* this.#attempt({ ...work, attempt: move.attempt });
      if (end.kind === 'stopped') {
        const reason = `kill_switch: ${end.reason}`;
        yield* this.#write(completeRollback(this.#journal, { outcome: 'failed', reason }, this.#now()));
        return;
      }
    }
  }

  /** INTENT, gates, effect, RESULT: mirrors execution/attempt.ts. */
  *#attempt(work: Work): Task<AttemptEnd> {
    const { clock, world, mutation } = this.#site;
    const place = { phase: work.phase, step: work.step.step, target: work.target };
    const token = this.#targetLeases.find((lease) => lease.key === leaseKeyOf(work.target))?.token ?? 0;
    const before = work.undoes ?? (yield* request(() => world.observe(work.target)));
    const intended = recordIntent(
      this.#journal,
      { ...place, attempt: work.attempt },
      { token, before, at: this.#now() },
    );
    let askedMs = clock.nowMs;
    const [written, isOn, isHeld] = yield* requestAll(
      () => this.#put(intended),
      () => this.#isKillSwitchOn(),
      () => this.#isHeld(),
    );
    this.#wrote(intended, written);
    let gate = { isOn, isHeld };
    if (!isOn && isHeld && clock.nowMs - askedMs > freshMs) {
      askedMs = clock.nowMs;
      const [isOnNow, isHeldNow] = yield* requestAll(
        () => this.#isKillSwitchOn(),
        () => this.#isHeld(),
      );
      gate = { isOn: isOnNow, isHeld: isHeldNow };
    }
    if (gate.isOn) {
      this.#record = withdrawIntent(this.#journal, place);
      return { kind: 'stopped', reason: 'it is on' };
    }
    if (!gate.isHeld && mutation !== 'executor ignores leases') {
      yield* this.#write(withdrawIntent(this.#journal, place));
      throw new TryAgainLater('a hold was lost', 1_000);
    }
    const result = yield* this.#act(work, before);
    yield* this.#write(recordResult(this.#journal, place, work.step, { ...result, at: this.#now() }));
    return { kind: 'done' };
  }

  *#act(work: Work, before: JsonRecord): Task<Omit<AttemptResult, 'at'>> {
    const { clock, random, world, schedule, mutation } = this.#site;
    const action = actionOf(work.step);
    const number = (acted.get(this.#site) ?? 0) + 1;
    acted.set(this.#site, number);
    const beganMs = clock.nowMs;
    this.#site.trace(`${this.#process.name} begins ${work.phase} ${work.step.action} on ${work.target.instance}`);
    const fault = schedule.actionFaults.find((one) => one.atAction === number)?.kind;
    const freeze = schedule.effectFreezes.find((one) => one.atEffect === number);
    if (freeze !== undefined) this.#process.freeze(freeze.forMs);
    yield* sleepUntil(clock.nowMs + random.below(400));
    if (this.#isHoldLost() && mutation !== 'executor ignores leases')
      return { outcome: 'failed', detail: 'its lease was lost' };
    if (fault === 'fails') return { outcome: 'failed', detail: 'it fails' };
    if (fault === 'fails_for_now') return { outcome: 'failed', detail: 'not now', retryable: true };
    world.effects.push({
      executionId: this.#journal.remediation.executionId,
      run: this.#run,
      phase: work.phase,
      step: work.step.step,
      attempt: work.attempt,
      action: work.step.action,
      target: plainTarget(work.target),
      beganMs,
      appliedMs: clock.nowMs,
      isIdempotent: action.isIdempotent,
    });
    this.#checkIntent(work);
    this.#site.trace(`${this.#process.name} does ${work.phase} ${work.step.action} on ${work.target.instance}`);
    if (work.undoes === undefined) action.act(world, work.target);
    else action.undo?.(world, work.target, before);
    yield* sleepUntil(clock.nowMs + random.below(400));
    if (fault === 'fails_half_way') return { outcome: 'failed', detail: 'it broke half-way', partial: true };
    return { outcome: 'succeeded', detail: '' };
  }

  *#resolveAmbiguous(work: Omit<Work, 'attempt'>, entry: JournalEntry): Task<void> {
    const { world } = this.#site;
    const place = { phase: work.phase, step: work.step.step, target: work.target };
    const action = actionOf(work.step);
    const undoAnswer = action.isIdempotent ? 'retry' : 'escalate';
    const how = work.undoes === undefined ? action.onAmbiguous : undoAnswer;
    const tookEffect =
      how === 'probe' ? yield* request(() => action.tookEffect?.(world, work.target, entry.before)) : undefined;
    if (how === 'retry' || tookEffect === false) {
      yield* this.#write(recordRepeat(this.#journal, place));
      return;
    }
    const outcome = tookEffect === true ? 'succeeded' : 'ambiguous';
    const result: AttemptResult = { outcome, detail: 'after a crash', inferred: tookEffect === true, at: this.#now() };
    yield* this.#write(recordResult(this.#journal, place, work.step, result));
  }

  *#skip({ phase, step, target, attempt }: Work): Task<void> {
    const place = { phase, step: step.step, target };
    const token = this.#targetLeases.find((lease) => lease.key === leaseKeyOf(target))?.token ?? 0;
    const open = recordIntent(this.#journal, { ...place, attempt }, { token, before: {}, at: this.#now() });
    yield* this.#write(recordResult(open, place, step, { outcome: 'skipped', detail: '', at: this.#now() }));
  }

  /** Mirrors execution/holds.ts: all or nothing; a hold of an earlier run of this very execution is waited for. */
  *#takeHolds({ executionId, targets, maxUnavailable }: Remediation): Task<'held' | 'ours' | 'target_lock' | 'budget'> {
    const { clock, buckets, mutation } = this.#site;
    if (mutation === 'executor ignores leases') return 'held';
    const leases: Lease[] = [];
    for (const target of targets) {
      const lease = yield* acquire(this.#process, clock, buckets.leases, leaseKeyOf(target), executionId);
      if (lease !== undefined) leases.push(lease);
    }
    const service = targets[0]?.service ?? '';
    const prefix = `slot.${escapeToken(service)}`;
    const slot = yield* acquireSlot(this.#process, clock, buckets.leases, prefix, maxUnavailable, executionId);
    this.#targetLeases = leases;
    this.#slots = slot === undefined ? [] : [slot];
    if (leases.length === targets.length && slot !== undefined) return 'held';
    yield* this.#release();
    const busy = targets.find((target) => !leases.some((lease) => lease.key === leaseKeyOf(target)));
    const keys =
      busy === undefined
        ? Array.from({ length: maxUnavailable }, (_, index) => `${prefix}.${index}`)
        : [leaseKeyOf(busy)];
    const entries = yield* requestAll(...keys.map((key) => () => buckets.leases.get(key)));
    if (entries.some((entry) => entry === undefined || entry.value.purpose === executionId)) return 'ours';
    return busy === undefined ? 'budget' : 'target_lock';
  }

  *#release(): Task<void> {
    for (const lease of [...this.#targetLeases, ...this.#slots]) yield* lease.release();
  }

  /** What `finally` does in the real one: let go without waiting. */
  #letGo(): void {
    for (const lease of [...this.#targetLeases, ...this.#slots]) this.#process.spawn(lease.release());
  }

  #isHeld(): boolean {
    const answers = [...this.#targetLeases, ...this.#slots].map((lease) => lease.isHeldOnServer());
    return answers.every(Boolean);
  }

  #isHoldLost(): boolean {
    return [...this.#targetLeases, ...this.#slots].some((lease) => lease.isLost);
  }

  #isSilenced({ targets }: Remediation): boolean {
    const covers = (silence: Silence): boolean => targets.some((target) => silencesTarget(silence, target));
    return findSilence(this.#silences.values(), this.#site.clock.now, covers) !== undefined;
  }

  #isKillSwitchOn(): boolean {
    if (this.#site.mutation === 'executor ignores the kill switch') return false;
    return this.#site.buckets.control.get('kill-switch')?.value.on !== false;
  }

  *#read(executionId: string): Task<void> {
    const entry = yield* request(() => this.#site.buckets.journal.get(executionId));
    if (this.#site.mutation === 'executor forgets its journal') return;
    this.#record = entry?.value;
    this.#revision = entry?.revision;
  }

  #put(record: ExecutionRecord): number | undefined {
    const { journal } = this.#site.buckets;
    const key = record.remediation.executionId;
    if (this.#site.mutation === 'executor forgets its journal') return journal.put(key, record);
    return this.#revision === undefined ? journal.create(key, record) : journal.update(key, record, this.#revision);
  }

  #wrote(record: ExecutionRecord, revision: number | undefined): void {
    if (revision === undefined) throw new TryAgainLater('the journal was written by another executor', 1_000);
    this.#record = record;
    this.#revision = revision;
  }

  *#write(record: ExecutionRecord): Task<void> {
    this.#wrote(record, yield* request(() => this.#put(record)));
  }

  *#end(ending: Ending): Task<readonly EventDraft[]> {
    yield* this.#write(completeExecution(this.#journal, ending, this.#now()));
    return [completedDraft(this.#journal)];
  }

  /** What a journal says already. */
  #answer(asked: Remediation): readonly EventDraft[] | undefined {
    const record = this.#record;
    if (record === undefined) return undefined;
    if (asked.requestedAt < record.remediation.requestedAt) return [];
    if (record.status === 'accepted' || record.status === 'running') return undefined;
    if (record.outcome === 'refused' && asked.requestedAt > record.remediation.requestedAt) return undefined;
    return [completedDraft(record)];
  }

  #checkIntent({ phase, step, target }: Work): void {
    const stored = this.#site.buckets.journal.get(this.#journal.remediation.executionId)?.value;
    const open = stored === undefined ? undefined : openIntent(stored);
    const isThere = open?.phase === phase && open.step === step.step && targetKey(open.target) === targetKey(target);
    if (!isThere)
      this.#site.seen.push({ invariant: 'every effect has its intent before', what: `${this.#run}: ${step.action}` });
  }

  get #journal(): ExecutionRecord {
    if (this.#record === undefined) throw new Error('no journal was read');
    return this.#record;
  }

  #now(): Date {
    return new Date(this.#site.clock.nowMs);
  }
}

let runs = 0;
const acted = new WeakMap<Site, number>();

function actionOf(step: PlaybookStep): SimulatedAction {
  const action = actions[step.action];
  if (action === undefined) throw new RangeError(`no action ${step.action}`);
  return action;
}

function undoWorkOf(item: RollbackItem): Omit<Work, 'attempt'> {
  const { step, target } = item;
  return { phase: 'rollback', step, target, ...(item.kind === 'undo' ? { undoes: item.before } : {}) };
}

function leaseKeyOf(target: Target): string {
  return `target.${targetKey(target)}`;
}

function about({ remediation }: ExecutionRecord): { readonly service: string; readonly incidentId: string } {
  return { service: remediation.targets[0]?.service ?? '', incidentId: remediation.incidentId };
}

function executionOf({ remediation }: ExecutionRecord) {
  const { executionId, incidentId, playbook, targets } = remediation;
  return { executionId, incidentId, playbook, targets: targets.map(plainTarget) };
}

function startedDraft(record: ExecutionRecord): EventDraft {
  const { playbook, ...execution } = executionOf(record);
  const startedAt = record.startedAt ?? record.acceptedAt;
  return {
    type: remediationStarted.type,
    ...about(record),
    data: { ...execution, playbookId: playbook.id, startedAt },
  };
}

function completedDraft(record: ExecutionRecord): EventDraft {
  const {
    outcome = 'ambiguous',
    reason = '',
    refusedBy,
    acceptedAt,
    startedAt = acceptedAt,
    completedAt = startedAt,
  } = record;
  const data = {
    ...executionOf(record),
    outcome,
    reason,
    ...(refusedBy === undefined ? {} : { refusedBy }),
    steps: [...finalResults(record, 'remediation')],
    startedAt,
    completedAt,
    durationMs: Date.parse(completedAt) - Date.parse(startedAt),
  };
  return { type: remediationCompleted.type, ...about(record), data };
}

function rolledBackDraft(record: ExecutionRecord): EventDraft {
  const { playbook, ...execution } = executionOf(record);
  const { outcome = 'failed', reason = '', completedAt = record.acceptedAt } = record.rollback ?? {};
  const steps = [...finalResults(record, 'rollback')];
  const data = { ...execution, playbookId: playbook.id, outcome, reason, steps, completedAt };
  return { type: remediationRolledBack.type, ...about(record), data };
}
