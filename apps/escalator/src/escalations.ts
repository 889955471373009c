import type { Bucket, Bus, Timers } from '@cortex/bus';
import { draft, escalationNotified } from '@cortex/contracts';
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
import type { EscalationInput, EscalationSettings, PageOrder } from '@cortex/escalation';
import { KeyedQueue } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import type { ChannelHealth } from './channel-health.ts';
import type { Incidents } from './adapters/incidents.ts';
import type { SendPage } from './adapters/page-sender.ts';
import type { PageMetrics } from './metrics.ts';
import { Outage } from './outage.ts';
import { untilDone } from './until-done.ts';

export interface EscalationParts {
  readonly bus: Bus;
  readonly bucket: Bucket<EscalationRecord>;
  readonly timers: Timers;
  readonly incidents: Incidents;
  readonly send: SendPage;
  readonly channelHealth: Pick<ChannelHealth, 'note'>;
  readonly settings: EscalationSettings;
  readonly metrics: PageMetrics;
  readonly logger: ServiceContext['logger'];
  readonly runtime: Pick<Runtime, 'now' | 'after'>;
}

/**
 * Keeps the order in which no page is lost: the record is written, then the timer that retries a lost attempt, then the
 * page is sent, then its outcome is written, then it is published. A crash between any two of these sends the same page
 * again, under the same key.
 */
export class Escalations {
  readonly #parts: EscalationParts;
  readonly #serial = new KeyedQueue();
  readonly #sending = new Set<Promise<void>>();
  readonly #outage = new Outage();
  readonly #closing = new AbortController();

  constructor(parts: EscalationParts) {
    this.#parts = parts;
  }

  /**
   * Applies one input. When it resolves, everything that follows from it survives a crash; pages are sent in the
   * background.
   */
  async take(incidentId: string, input: EscalationInput): Promise<void> {
    const orders = await this.#serial.run(incidentId, () => this.#step(incidentId, input));
    for (const order of orders) this.#sendInBackground(incidentId, order);
  }

  /** Time has passed for this incident: reads the incident's state, then does what is due. */
  async wake(incidentId: string): Promise<void> {
    const incident = await this.#parts.incidents.read(incidentId);
    await this.take(incidentId, { kind: 'due', ...(incident === undefined ? {} : { incident: factsOf(incident) }) });
  }

  /** The newest record that the store reported: what an outage continues from. */
  remember(incidentId: string, record: EscalationRecord | undefined): void {
    this.#outage.remember(incidentId, record);
  }

  /**
   * While NATS is away: does what is due from memory. Pages go out under the keys that they would have had anyway, and
   * the first write afterwards merges the changes into the stored record.
   */
  wakeWithoutStore(incidentId: string): void {
    const { settings, runtime } = this.#parts;
    const step = stepEscalation(
      this.#outage.newest(incidentId),
      { kind: 'due' },
      settings,
      runtime.now().toISOString(),
    );
    if (step.record === undefined) return;
    this.#outage.keep(incidentId, step.record);
    for (const order of step.notify) this.#sendInBackground(incidentId, order);
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
  }

  /** Stops retrying to write results; the next process sends those pages again. */
  close(): void {
    this.#closing.abort();
  }

  async #step(incidentId: string, input: EscalationInput): Promise<readonly PageOrder[]> {
    const { bucket, settings } = this.#parts;
    let orders: readonly PageOrder[] = [];
    let local: EscalationRecord | undefined;
    const entry = await bucket.modify(incidentId, (current) => {
      local = this.#outage.keptFor(incidentId);
      const joined = current !== undefined && local !== undefined ? mergeRecords(current, local) : current;
      const step = stepEscalation(joined, input, settings, this.#parts.runtime.now().toISOString());
      orders = step.notify;
      return isSame(current, step.record) ? undefined : step.record;
    });
    if (local !== undefined) this.#outage.written(incidentId, local);
    if (entry === undefined) return [];
    this.#outage.remember(incidentId, entry.value);
    await this.#keepTimer(incidentId, entry.value);
    await this.#report(incidentId, entry.value);
    return orders;
  }

  async #keepTimer(incidentId: string, record: EscalationRecord): Promise<void> {
    const dueAt = nextMoment(record);
    const { timers } = this.#parts;
    if (dueAt === undefined) {
      await timers.cancel(incidentId);
      return;
    }
    const service = record.request.service;
    await timers.schedule({ key: incidentId, dueAt: new Date(dueAt), service, incidentId, purpose: 'escalation' });
  }

  /** The event's id is derived from the request that asked for the page, so publishing it again adds nothing. */
  async #report(incidentId: string, record: EscalationRecord): Promise<void> {
    const pages = unreported(record);
    if (pages.length === 0) return;
    for (const page of pages) {
      const cause = record.requests.findLast((entry) => entry.request.escalationId === page.escalationId)?.event;
      await this.#parts.bus.publish(notifiedDraft(incidentId, record, page), cause);
    }
    const keys = pages.map((page) => page.key);
    await this.#parts.bucket.modify(incidentId, (current) =>
      current === undefined ? undefined : markReported(current, keys),
    );
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
    const isKept = this.#outage.settle(incidentId, (record) =>
      settlePage(record, key, outcome, this.#parts.settings, at),
    );
    if (isKept) return;
    await untilDone(
      this.#parts.runtime,
      () => this.take(incidentId, { kind: 'sent', key, outcome }),
      this.#closing.signal,
    );
    await this.#parts.channelHealth.note({ contact, channel, position: order.notification.position }, outcome);
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
