import { BusClosedError } from '@cortex/bus';
import type { Bucket, Bus, Entry, Timers } from '@cortex/bus';
import { draft, escalationNotified, stormTarget } from '@cortex/contracts';
import type { EscalationNotification, EscalationRecord } from '@cortex/contracts';
import {
  factsOf,
  markReported,
  mergeRecords,
  nextMoment,
  settlePage,
  stepEscalation,
  unreported,
} from '@cortex/escalation';
import type { IncidentFacts, EscalationInput, EscalationSettings, PageOrder } from '@cortex/escalation';
import { KeyedQueue, pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import type { ChannelHealth } from './channel-health.ts';
import type { Incidents } from './adapters/incidents.ts';
import type { SendPage } from './adapters/page-sender.ts';
import { LastResort } from './last-resort.ts';
import type { PageMetrics } from './metrics.ts';
import { Outage } from './outage.ts';
import { untilDone } from './until-done.ts';

export interface EscalationParts {
  readonly bus: Bus;
  readonly bucket: Bucket<EscalationRecord>;
  readonly archive: Bucket<EscalationRecord>;
  readonly timers: Timers;
  readonly incidents: Incidents;
  readonly send: SendPage;
  readonly channelHealth: Pick<ChannelHealth, 'note'>;
  readonly settings: EscalationSettings;
  readonly metrics: PageMetrics;
  readonly logger: ServiceContext['logger'];
  readonly runtime: Pick<Runtime, 'now' | 'after'>;
}

/** What is on its way to the store when the service ends is waited for this long; the next process makes up for it. */
const longestFarewellMs = 2_000;

/**
 * Keeps the order in which no page is lost: the record is written, then the page is sent, then its outcome is written,
 * then it is published. A crash between any two of these sends the same page again, under the same key; timers and the
 * sweep find what a crash left. What the store does not take is taken in memory, and people are told all the same.
 */
export class Escalations {
  readonly #parts: EscalationParts;
  readonly #serial = new KeyedQueue();
  readonly #sending = new Set<Promise<void>>();
  /** What is told to others about pages, under the page's key: nobody waits for it, and it is begun once. */
  readonly #telling = new Map<string, Promise<void>>();
  readonly #outage = new Outage();
  readonly #lastResort: LastResort;
  readonly #closing = new AbortController();
  /** Incidents whose record is being written: memory waits for the outcome. */
  readonly #writing = new Set<string>();

  constructor(parts: EscalationParts) {
    this.#parts = parts;
    this.#lastResort = new LastResort(parts, this.#closing.signal);
  }

  /**
   * Applies one input. When it resolves, everything that follows from it survives a crash; pages are sent in the
   * background. When the store does not take it, people are told from memory, and it rejects, so that it comes again.
   */
  async take(incidentId: string, input: EscalationInput): Promise<void> {
    const written = await this.#serial.run(incidentId, () => this.#step(incidentId, input));
    if (written === undefined) return;
    this.#reportInBackground(incidentId, written.value);
    await this.#keepTimer(incidentId, written);
  }

  /** Time has passed for this incident: reads the incident's state, then does what is due. */
  async wake(incidentId: string): Promise<void> {
    await this.take(incidentId, { kind: 'due', ...(await this.factsOf(incidentId)) });
  }

  /** What the incident's own record says at this moment; nothing when it cannot be read. */
  async factsOf(incidentId: string): Promise<{ readonly incident?: IncidentFacts }> {
    const { incidents } = this.#parts;
    const incident = await incidents.read(incidentId);
    if (incident === undefined) return {};
    const isInStorm = incident.service !== stormTarget.service && (await incidents.isStormOn());
    return { incident: { ...factsOf(incident), ...(isInStorm ? { isInStorm } : {}) } };
  }

  /** The newest record that the store reported: what an outage continues from. */
  remember(incidentId: string, record: EscalationRecord | undefined): void {
    this.#outage.remember(incidentId, record);
  }

  /** The stored record cannot be read any more: what is remembered of it is written again. */
  restore(incidentId: string): void {
    const record = this.#outage.newest(incidentId);
    if (record !== undefined) this.#outage.keep(incidentId, record);
  }

  /**
   * While the store takes nothing: does what is due from memory. Pages go out under the keys that they would have had
   * anyway, and the first write afterwards merges the changes into the stored record.
   */
  wakeWithoutStore(incidentId: string): void {
    if (!this.#writing.has(incidentId)) this.#stepInMemory(incidentId, { kind: 'due' });
  }

  /** Incidents with changes of an outage that are not written yet. */
  get unwritten(): readonly string[] {
    return this.#outage.kept;
  }

  get incidents(): Incidents {
    return this.#parts.incidents;
  }

  get bucket(): Bucket<EscalationRecord> {
    return this.#parts.bucket;
  }

  get metrics(): PageMetrics {
    return this.#parts.metrics;
  }

  /** Waits for pages that are being sent. */
  async settle(): Promise<void> {
    while (this.#sending.size > 0) await Promise.allSettled(this.#sending);
    const told = Promise.allSettled(this.#telling.values());
    await Promise.race([told, pause(this.#parts.runtime, longestFarewellMs)]);
  }

  /** Stops retrying to write results; the next process sends those pages again. */
  close(): void {
    this.#closing.abort();
  }

  /** The record as it was written; undefined when there is none. */
  async #step(incidentId: string, input: EscalationInput): Promise<Entry<EscalationRecord> | undefined> {
    this.#writing.add(incidentId);
    try {
      const { entry, orders } = await this.#write(incidentId, input);
      for (const order of orders) this.#sendInBackground(incidentId, order);
      return entry;
    } catch (error) {
      if (this.#closing.signal.aborted || error instanceof BusClosedError) throw error;
      this.#parts.logger.warn({ incidentId, input: input.kind, err: error }, 'an escalation goes on from memory');
      this.#takeWithoutStore(incidentId, input);
      throw error;
    } finally {
      this.#writing.delete(incidentId);
    }
  }

  async #write(
    incidentId: string,
    input: EscalationInput,
  ): Promise<{ readonly entry: Entry<EscalationRecord> | undefined; readonly orders: readonly PageOrder[] }> {
    const { bucket, settings } = this.#parts;
    if (await this.#isArchived(incidentId)) return { entry: undefined, orders: [] };
    let orders: readonly PageOrder[] = [];
    let local: EscalationRecord | undefined;
    const entry = await bucket.modify(incidentId, (current) => {
      local = this.#outage.keptFor(incidentId);
      const joined = current !== undefined && local !== undefined ? mergeRecords(current, local) : (current ?? local);
      const step = stepEscalation(joined, input, settings, this.#parts.runtime.now().toISOString());
      orders = step.notify;
      return isSame(current, step.record) ? undefined : step.record;
    });
    if (local !== undefined) this.#outage.written(incidentId, local);
    if (entry === undefined) return { entry, orders: [] };
    this.#outage.remember(incidentId, entry.value);
    return { entry, orders };
  }

  /** A request that cannot be handled in memory either is told as it came. */
  #takeWithoutStore(incidentId: string, input: EscalationInput): void {
    try {
      this.#stepInMemory(incidentId, input);
    } catch (error) {
      this.#parts.logger.error({ incidentId, err: error }, 'an escalation cannot be handled');
      if (input.kind === 'requested') this.#lastResort.tell(input.request);
    }
  }

  #stepInMemory(incidentId: string, input: EscalationInput): void {
    const { settings, runtime } = this.#parts;
    const before = this.#outage.newest(incidentId);
    const { record, notify } = stepEscalation(before, input, settings, runtime.now().toISOString());
    if (record === undefined || isSame(before, record)) return;
    this.#outage.keep(incidentId, record);
    for (const order of notify) this.#sendInBackground(incidentId, order);
  }

  /** What is delivered again after its escalation was archived must not page anybody anew. */
  async #isArchived(incidentId: string): Promise<boolean> {
    const { archive } = this.#parts;
    return this.#outage.newest(incidentId) === undefined && (await archive.get(incidentId)) !== undefined;
  }

  async #keepTimer(incidentId: string, { value: record, revision }: Entry<EscalationRecord>): Promise<void> {
    const dueAt = nextMoment(record);
    const { timers } = this.#parts;
    if (dueAt === undefined) {
      await timers.cancel(incidentId, revision);
      return;
    }
    const service = record.request.service;
    const purpose = 'escalation';
    await timers.schedule({ key: incidentId, dueAt: new Date(dueAt), service, incidentId, purpose, revision });
  }

  /** A store that takes no event must not hold up what comes next for the incident: the record says what is to be told. */
  #reportInBackground(incidentId: string, record: EscalationRecord): void {
    for (const page of unreported(record)) {
      this.#tell(page.key, () => this.#report(incidentId, record, page));
    }
  }

  /** The event's id is derived from the request that asked for the page, so publishing it again adds nothing. */
  async #report(incidentId: string, record: EscalationRecord, page: EscalationNotification): Promise<void> {
    const cause = record.requests.findLast((entry) => entry.request.escalationId === page.escalationId)?.event;
    const reported = notifiedDraft(incidentId, record, page);
    if (cause === undefined) await this.#parts.bus.publish(reported);
    else await this.#parts.bus.publishUnlessStored(reported, cause, new Date(page.at));
    await this.#parts.bucket.modify(incidentId, (current) =>
      current === undefined ? undefined : markReported(current, [page.key]),
    );
  }

  #tell(key: string, work: () => Promise<void>): void {
    if (this.#telling.has(key)) return;
    const telling = work()
      .catch((error: unknown) => {
        this.#parts.logger.warn({ key, err: error }, 'what became of a page could not be told; told later');
      })
      .finally(() => this.#telling.delete(key));
    this.#telling.set(key, telling);
  }

  #sendInBackground(incidentId: string, order: PageOrder): void {
    const sending = this.#sendOne(incidentId, order).catch((error: unknown) => {
      this.#parts.logger.error({ incidentId, err: error }, 'the end of a page could not be written; it is sent again');
    });
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async #sendOne(incidentId: string, order: PageOrder): Promise<void> {
    const { key, channel, contact, attempts } = order.notification;
    const incident = this.#parts.incidents.known(incidentId);
    const outcome = await this.#parts.send(order, this.#parts.runtime.now().toISOString(), incident);
    const failed = outcome.retryable === true ? 'retry' : 'failed';
    this.#parts.metrics.attempted(channel, outcome.delivered ? 'delivered' : failed);
    const facts = { incidentId, key, contact, channel, attempts, detail: outcome.detail };
    if (outcome.delivered) this.#parts.logger.info(facts, 'page delivered');
    else this.#parts.logger.warn({ ...facts, retryable: outcome.retryable === true }, 'page not delivered');
    const at = this.#parts.runtime.now().toISOString();
    const place = { contact, channel, position: order.notification.position };
    this.#tell(`${key} ${attempts}`, () => this.#parts.channelHealth.note(place, outcome));
    const isKept = this.#outage.settle(incidentId, (record) =>
      settlePage(record, key, outcome, this.#parts.settings, at),
    );
    if (isKept) return;
    await untilDone(
      this.#parts.runtime,
      async () => {
        await this.take(incidentId, { kind: 'sent', key, outcome }).catch((error: unknown) => {
          // Memory has it, and the sweep writes it.
          if (this.#outage.keptFor(incidentId) === undefined) throw error;
        });
      },
      this.#closing.signal,
    );
  }
}

function notifiedDraft(incidentId: string, record: EscalationRecord, page: EscalationNotification) {
  const { key, escalationId, level, contact, channel, attempts, detail, at } = page;
  return draft(escalationNotified, {
    service: record.request.service,
    incidentId,
    key,
    data: {
      escalationId,
      incidentId,
      level,
      contact,
      channel,
      delivered: page.status === 'delivered',
      attempts,
      detail,
      at,
    },
  });
}

function isSame(left: EscalationRecord | undefined, right: EscalationRecord | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
