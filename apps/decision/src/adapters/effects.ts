import { BadDraftError, type Bus, type Timers } from '@cortex/bus';
import type { EventDraft, Incident } from '@cortex/contracts';
import { type TimerCommand, breakerEscalation, breakerOpened } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';
import type { Logger } from 'pino';
import type { Breakers } from './breakers.ts';
import type { Effect, Outbox, StoredCause } from './outbox.ts';

/**
 * Does what a written record asks for. All of it may be asked for again, by another replica or after a restart: an event
 * that its stream has is not published twice, timers and breakers keep count.
 */
export class Effects {
  readonly #bus: Bus;
  readonly #timers: Timers;
  readonly #breakers: Breakers;
  readonly #logger: Logger;
  readonly #runtime: Pick<Runtime, 'nextTurn'>;

  constructor(bus: Bus, timers: Timers, breakers: Breakers, logger: Logger, runtime: Pick<Runtime, 'nextTurn'>) {
    this.#bus = bus;
    this.#timers = timers;
    this.#breakers = breakers;
    this.#logger = logger;
    this.#runtime = runtime;
  }

  /**
   * What acts goes first, and is under way before the rest is made; then all at once. Rejects when anything could not be
   * done, so that the cause comes again. With `since`, the server time of the record, also what may have been done
   * before, however long ago.
   */
  async perform(
    { drafts: [first, ...others], effects, cause }: Outbox,
    incident: Incident,
    since?: Date,
  ): Promise<void> {
    const ahead = first === undefined ? Promise.resolve() : this.#publish(first, cause, since);
    // A failure is reported by the await below, together with the others.
    ahead.catch(() => undefined);
    await this.#runtime.nextTurn();
    await Promise.all([
      ahead,
      ...others.map((one) => this.#publish(one, cause, since)),
      ...effects.map((effect) => this.#do(effect, incident, cause, since)),
    ]);
  }

  async #publish(draft: EventDraft, cause: StoredCause, since: Date | undefined): Promise<void> {
    try {
      if (since === undefined) await this.#bus.publish(draft, cause);
      else await this.#bus.publishUnlessStored(draft, cause, since);
    } catch (error) {
      if (!(error instanceof BadDraftError)) throw error;
      // A draft that breaks its contract never gets better; the others must not wait for it.
      this.#logger.error({ err: error, type: draft.type, key: draft.key }, 'a draft was given up');
    }
  }

  async #do(effect: Effect, incident: Incident, cause: StoredCause, since: Date | undefined): Promise<void> {
    if (effect.kind === 'timer') {
      await this.#set(effect.timer);
      return;
    }
    const opened = await this.#breakers.count(effect.outcome);
    if (opened === undefined) return;
    await this.#publish(breakerOpened(incident, opened, effect.outcome), cause, since);
    await this.#publish(breakerEscalation(incident, opened, effect.outcome), cause, since);
  }

  #set(timer: TimerCommand): Promise<void> {
    if (timer.kind === 'cancel') return this.#timers.cancel(timer.key);
    const { key, purpose, service, incidentId, payload } = timer;
    return this.#timers.schedule({ key, purpose, service, incidentId, payload, dueAt: new Date(timer.dueAt) });
  }
}
