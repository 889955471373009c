import type { Bus } from '@cortex/bus';
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
  readonly bus: Pick<Bus, 'publish'>;
  /** Takes the results that changed nothing. */
  readonly offerResult: (outcome: CheckOutcome) => void;
  readonly onState: (health: TargetHealth) => void;
  readonly onChange: (change: HealthChange) => void;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly now: () => Date;
}

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

  private constructor(options: TargetMonitorOptions, stored: StoredHealth) {
    this.options = options;
    this.stored = stored;
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
    try {
      await this.announce();
      for (let outcome = this.pending.shift(); outcome !== undefined; outcome = this.pending.shift()) {
        await this.apply(outcome);
      }
    } catch (error) {
      // The next result repeats an update that was not written; `announce` repeats an event that was not published.
      const { target } = this.options;
      this.options.logger.warn({ err: error, target }, 'could not write or publish the health of a target');
    } finally {
      this.working = undefined;
    }
    if (this.pending.length > 0) this.work();
  }

  private async apply(outcome: CheckOutcome): Promise<void> {
    let causeId: string | undefined;
    for (;;) {
      const step = this.step(outcome);
      if (step.change === undefined) {
        if (causeId === undefined) this.options.offerResult(outcome);
        if (!isWorthSaving(this.stored.health, step.state, this.options.settings.recoverAfter)) {
          this.stored = { ...this.stored, health: step.state };
          return;
        }
      } else {
        causeId ??= (await this.publishResult(outcome)).id;
      }
      const announcement =
        step.change === undefined || causeId === undefined ? this.stored.announcement : { causeId, published: false };
      if (await this.save({ ...this.stored, health: step.state, ...(announcement && { announcement }) })) {
        this.options.onState(step.state);
        if (step.change !== undefined) {
          await this.announce();
          this.options.onChange(step.change);
        }
        return;
      }
      // Another checker wrote first: judge the same result again on top of its record.
      this.stored = await this.options.store.load(this.options.target, this.options.now().toISOString());
      this.options.onState(this.stored.health);
    }
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

  private publishResult(outcome: CheckOutcome): ReturnType<Bus['publish']> {
    return this.options.bus.publish(draft(healthChecked, { service: outcome.target.service, data: outcome }));
  }

  /** Publishes the last change, unless it is known to be published. */
  private async announce(): Promise<void> {
    const { health, announcement } = this.stored;
    if (announcement === undefined || announcement.published || health.change === undefined) return;
    const { change, target } = health;
    await this.options.bus.publish(
      draft(healthChanged, { service: target.service, data: change, key: changeKey(health) }),
      { id: announcement.causeId },
    );
    this.options.logger.info({ target, from: change.from, to: change.to, reason: change.reason }, 'health changed');
    // On a conflict the other writer has read this record too; at worst the same event is published once more.
    await this.save({ ...this.stored, announcement: { ...announcement, published: true } });
  }

  private async save(stored: StoredHealth): Promise<boolean> {
    const revision = await this.options.store.save(stored);
    if (revision === undefined) return false;
    this.stored = { ...stored, revision };
    return true;
  }
}
