import { BusUnavailableError, type Bus } from '@cortex/bus';
import { draft, healthChanged, healthChecked } from '@cortex/contracts';
import type { CheckOutcome, HealthChange, Target } from '@cortex/contracts';
import { changeKey, forgetWellbeing, isWorthSaving, stepHealth } from '@cortex/health';
import type { HealthStep, StepHealthSettings, TargetHealth } from '@cortex/health';
import type { Logger } from 'pino';
import type { HealthStore, StoredHealth } from './adapters/health-store.ts';

export interface TargetMonitorOptions {
  readonly target: Target;
  readonly settings: Omit<StepHealthSettings, 'dependenciesDown' | 'unfrozenAt' | 'watchedSince'>;
  /** When its watch began after nobody had watched it. Undefined: it goes on. */
  readonly watchedSince?: string | undefined;
  readonly findDependenciesDown: () => readonly string[];
  readonly findUnfrozenAt: () => string | undefined;
  readonly store: HealthStore;
  readonly bus: Pick<Bus, 'publish' | 'publishUnlessStored'>;
  /** Takes the results that changed nothing. */
  readonly offerResult: (outcome: CheckOutcome) => void;
  readonly onState: (health: TargetHealth) => void;
  readonly onChange: (change: HealthChange) => void;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly now: () => Date;
}

/** When all checks have answered again so long after what the record says, it is written: its age tells that somebody looks. */
const rewriteAfterMs = 60_000;

/** Results queued while the bus is away; the newest carry all that matters. */
const maxPending = 200;

/**
 * Keeps the health of one target. A change is written before it is published, and its event's id is derived from the
 * record: after a crash at any point the next process publishes the same event, not another.
 */
export class TargetMonitor {
  private readonly options: TargetMonitorOptions;
  private readonly pending: CheckOutcome[] = [];
  private stored: StoredHealth;
  private working: Promise<void> | undefined;
  private readonly published = new WeakMap<CheckOutcome, string>();
  private savedSeenAt: string | undefined;
  private wantedSeenAt: string | undefined;

  private constructor(options: TargetMonitorOptions, stored: StoredHealth) {
    this.options = options;
    this.stored = stored;
    this.savedSeenAt = stored.health.seenAt;
  }

  /** Continues from the stored record; publishes a change that its writer may not have published. */
  static async open(options: TargetMonitorOptions): Promise<TargetMonitor> {
    const stored = await options.store.load(options.target, options.now().toISOString());
    const health = options.watchedSince === undefined ? stored.health : forgetWellbeing(stored.health);
    const monitor = new TargetMonitor(options, { ...stored, health });
    options.onState(stored.health);
    monitor.work();
    return monitor;
  }

  /** Queues a result and returns at once. */
  take(outcome: CheckOutcome): void {
    this.pending.push(outcome);
    if (this.pending.length > maxPending) this.pending.shift();
    this.work();
  }

  /** Writes the record once all checks have answered from now on, whether or not anything has changed. */
  saveWhenSeen(): void {
    this.wantedSeenAt = this.options.now().toISOString();
  }

  /** Drops the queued results. */
  drop(): void {
    this.pending.length = 0;
  }

  /** Resolves when every result taken so far has been applied. */
  async settle(): Promise<void> {
    while (this.working !== undefined) await this.working;
  }

  private work(): void {
    this.working ??= this.workOff();
  }

  private async workOff(): Promise<void> {
    let outcome: CheckOutcome | undefined;
    try {
      await this.announce();
      for ([outcome] = this.pending; outcome !== undefined; [outcome] = this.pending) {
        await this.apply(outcome);
        this.forget(outcome);
      }
    } catch (error) {
      // With the next result this one is tried again first: what came and went while NATS was away is told, too. `announce`
      // repeats an event that was not published. What fails for another reason must not hold up all that follow.
      if (outcome !== undefined && !(error instanceof BusUnavailableError)) this.forget(outcome);
      const { target } = this.options;
      this.options.logger.warn({ err: error, target }, 'could not write or publish the health of a target');
    } finally {
      this.working = undefined;
    }
  }

  /** The queue may have grown beyond its limit meanwhile, and lost it already. */
  private forget(outcome: CheckOutcome): void {
    if (this.pending[0] === outcome) this.pending.shift();
  }

  private async apply(outcome: CheckOutcome): Promise<void> {
    for (;;) {
      const step = this.step(outcome);
      if (step.change === undefined && !this.isToBeSaved(step.state)) {
        this.stored = { ...this.stored, health: step.state };
        this.offer(outcome);
        return;
      }
      const announcement =
        step.change === undefined
          ? this.stored.announcement
          : { causeId: await this.publishResult(outcome), published: false };
      if (await this.save({ ...this.stored, health: step.state, ...(announcement && { announcement }) })) {
        this.options.onState(step.state);
        this.offer(outcome);
        if (step.change !== undefined) {
          await this.announce();
          this.options.onChange(step.change);
        }
        return;
      }
      await this.adopt();
    }
  }

  /** Unless it was published as the cause of a change, by this try or one before. */
  private offer(outcome: CheckOutcome): void {
    if (!this.published.has(outcome)) this.options.offerResult(outcome);
  }

  /** Another checker wrote first: the same result is judged again on top of its record. One that cannot be read is mended. */
  private async adopt(): Promise<void> {
    const { store, target, now, onState } = this.options;
    const stored = await store.load(target, now().toISOString());
    if (stored.revision === 0) {
      this.stored = { ...this.stored, revision: 0 };
      return;
    }
    this.stored = stored;
    this.savedSeenAt = stored.health.seenAt;
    onState(stored.health);
  }

  private isToBeSaved(health: TargetHealth): boolean {
    const { settings } = this.options;
    if (isWorthSaving(this.stored.health, health, settings.recoverAfter)) return true;
    if (this.wantedSeenAt !== undefined && (health.seenAt ?? '') >= this.wantedSeenAt) return true;
    return Date.parse(health.seenAt ?? '') - Date.parse(this.savedSeenAt ?? '') >= rewriteAfterMs;
  }

  private step(outcome: CheckOutcome): HealthStep {
    const settings = {
      ...this.options.settings,
      dependenciesDown: this.options.findDependenciesDown(),
      watchedSince: this.options.watchedSince,
      unfrozenAt: this.options.findUnfrozenAt(),
    };
    return stepHealth(this.stored.health, outcome, settings, this.options.now().toISOString());
  }

  /** The id of its event; the same when it is asked for again. */
  private async publishResult(outcome: CheckOutcome): Promise<string> {
    const known = this.published.get(outcome);
    if (known !== undefined) return known;
    const { target } = outcome;
    const { id } = await this.options.bus.publish(draft(healthChecked, { service: target.service, data: outcome }));
    this.published.set(outcome, id);
    return id;
  }

  /** Publishes the last change, unless it is known to be published. */
  private async announce(): Promise<void> {
    const { health, announcement } = this.stored;
    if (announcement === undefined || announcement.published || health.change === undefined) return;
    const { change, target } = health;
    await this.options.bus.publishUnlessStored(
      draft(healthChanged, { service: target.service, data: change, key: changeKey(health) }),
      { id: announcement.causeId },
      new Date(this.stored.storedAtMs),
    );
    this.options.logger.info({ target, from: change.from, to: change.to, reason: change.reason }, 'health changed');
    // On a conflict the other writer has read this record too; at worst the same event is published once more.
    await this.save({ ...this.stored, announcement: { ...announcement, published: true } });
  }

  private async save(stored: StoredHealth): Promise<boolean> {
    const storedAtMs = this.options.now().getTime();
    const revision = await this.options.store.save(stored);
    if (revision === undefined) return false;
    this.stored = { ...stored, revision, storedAtMs };
    const { seenAt } = stored.health;
    this.savedSeenAt = seenAt;
    if (this.wantedSeenAt !== undefined && (seenAt ?? '') >= this.wantedSeenAt) this.wantedSeenAt = undefined;
    return true;
  }
}
