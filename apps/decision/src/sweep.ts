import type { ScheduleTimer } from '@cortex/decision';
import { timersOf } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';
import type { Logger } from 'pino';
import type { Effects } from './adapters/effects.ts';
import type { IncidentStore } from './adapters/incident-store.ts';
import type { Brain } from './brain.ts';

/** What a record relies on is missing for no longer than two of these. */
const everyMs = 10_000;
/** What has just come due is on its way as an event. */
const firedGraceMs = 30_000;

interface SweepParts {
  readonly brain: Pick<Brain, 'settle'>;
  readonly store: Pick<IncidentStore, 'newestRevisions' | 'byId'>;
  readonly effects: Pick<Effects, 'keepTimer'>;
  readonly logger: Logger;
  readonly runtime: Pick<Runtime, 'now' | 'every'>;
}

interface Swept {
  readonly revision: number;
  /** Undefined: its writer may be at it, until the next sweep. */
  readonly timers: readonly ScheduleTimer[] | undefined;
}

/**
 * The second net under the outboxes and timers: what follows from a record is done by this replica when the record stays
 * as it is and its writer does not do it. A record that did not change since the last sweep is not read again.
 */
export class Sweep {
  readonly #parts: SweepParts;
  /** Undefined before the first: then everything that is there was left by an earlier life. */
  #swept: ReadonlyMap<string, Swept> | undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** Sweeps what an earlier life left, then now and then. */
  start(): { stop(): Promise<void> } {
    const begin = (): void => {
      if (this.#isRunning) return;
      this.#isRunning = true;
      this.#running = this.run()
        .catch((error: unknown) => this.#parts.logger.warn({ err: error }, 'a sweep failed; the next one tries again'))
        .finally(() => (this.#isRunning = false));
    };
    begin();
    const interval = this.#parts.runtime.every(everyMs, begin);
    return {
      stop: () => {
        interval.cancel();
        return this.#running;
      },
    };
  }

  async run(): Promise<void> {
    const swept = new Map<string, Swept>();
    for (const [id, revision] of await this.#parts.store.newestRevisions()) {
      const before = this.#swept?.get(id);
      const isNew = this.#swept !== undefined && before?.revision !== revision;
      if (isNew) swept.set(id, { revision, timers: undefined });
      else swept.set(id, before?.timers === undefined ? await this.#settle(id, revision) : before);
    }
    this.#swept = swept;
    for (const { revision, timers = [] } of swept.values()) {
      for (const timer of timers) if (!this.#hasJustFired(timer)) await this.#parts.effects.keepTimer(timer, revision);
    }
  }

  async #settle(id: string, revision: number): Promise<Swept> {
    const { entry } = await this.#parts.store.byId(id, true);
    if (entry?.revision !== revision) return { revision, timers: undefined };
    await this.#parts.brain.settle(entry);
    return { revision, timers: entry.value.incident.status === 'resolved' ? [] : timersOf(entry.value) };
  }

  #hasJustFired({ dueAt }: ScheduleTimer): boolean {
    const agoMs = this.#parts.runtime.now().getTime() - Date.parse(dueAt);
    return agoMs > 0 && agoMs < firedGraceMs;
  }
}
