import { BadDraftError, type Bus, type Entry, type Timers } from '@cortex/bus';
import type { EventDraft, Incident, IncidentRecord } from '@cortex/contracts';
import { type ScheduleTimer, type TimerCommand, breakerEscalation, breakerOpened } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';
import type { BreakerOutcome } from '@cortex/suppression';
import type { Logger } from 'pino';
import type { Breakers } from './breakers.ts';
import { type StoredCause, readOutbox } from './outbox.ts';

type WrittenRecord = Pick<Entry<IncidentRecord>, 'value' | 'revision' | 'writtenAtMs'>;

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
   * done, so that the cause comes again. Its writer, another replica or another life may have done it before, however
   * long ago.
   */
  async perform({ value: record, revision, writtenAtMs }: WrittenRecord): Promise<void> {
    const outbox = readOutbox(record);
    if (outbox === undefined) return;
    const {
      drafts: [first, ...others],
      effects,
      cause,
    } = outbox;
    const since = new Date(writtenAtMs);
    const ahead = first === undefined ? Promise.resolve() : this.#publish(first, cause, since);
    // A failure is reported by the await below, together with the others.
    ahead.catch(() => undefined);
    await this.#runtime.nextTurn();
    await Promise.all([
      ahead,
      ...others.map((one) => this.#publish(one, cause, since)),
      ...effects.map((effect) =>
        effect.kind === 'timer'
          ? this.#set(effect.timer, revision)
          : this.#count(effect.outcome, record.incident, cause, since),
      ),
    ]);
  }

  /** Sets a timer that the record relies on and that is not there: it was not set before a crash, or is lost. */
  async keepTimer(timer: ScheduleTimer, revision: number): Promise<void> {
    if (!this.#timers.isSet(timer.key, new Date(timer.dueAt))) await this.#set(timer, revision);
  }

  async #publish(draft: EventDraft, cause: StoredCause, since: Date): Promise<void> {
    try {
      await this.#bus.publishUnlessStored(draft, cause, since);
    } catch (error) {
      if (!(error instanceof BadDraftError)) throw error;
      // A draft that breaks its contract never gets better; the others must not wait for it.
      this.#logger.error({ err: error, type: draft.type, key: draft.key }, 'a draft was given up');
    }
  }

  async #count(outcome: BreakerOutcome, incident: Incident, cause: StoredCause, since: Date): Promise<void> {
    const opened = await this.#breakers.count(outcome);
    if (opened === undefined) return;
    await this.#publish(breakerOpened(incident, opened, outcome), cause, since);
    await this.#publish(breakerEscalation(incident, opened, outcome, this.#breakers.policy), cause, since);
  }

  /** What follows from an older revision of the record leaves the timers of a newer one alone. */
  #set(timer: TimerCommand, revision: number): Promise<void> {
    if (timer.kind === 'cancel') return this.#timers.cancel(timer.key, revision);
    const { key, purpose, service, incidentId, payload } = timer;
    return this.#timers.schedule({
      key,
      purpose,
      service,
      incidentId,
      payload,
      dueAt: new Date(timer.dueAt),
      revision,
    });
  }
}
