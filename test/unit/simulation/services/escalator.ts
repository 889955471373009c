import {
  escalationAcknowledged,
  escalationNotified,
  escalationRequested,
  incidentAcknowledged,
  incidentResolved,
  timerDue,
} from '@cortex/contracts';
import type { EscalationRecord, EventDraft } from '@cortex/contracts';
import { defaultLimits, markReported, nextMoment, stepEscalation, unreported } from '@cortex/escalation';
import type { EscalationInput, EscalationSettings, IncidentFacts, PageOrder, SendOutcome } from '@cortex/escalation';
import { contacts, escalationPolicies } from '../catalogue.ts';
import type { Process, Task } from '../process.ts';
import { request, sleepUntil } from '../process.ts';
import type { Site } from '../site.ts';
import { Timers } from '../timers.ts';

export const escalationSettings: EscalationSettings = {
  ...defaultLimits,
  repeat: { everyMs: 30 * 60_000, times: 1 },
  policies: escalationPolicies,
  contacts,
};

/** Mirrors apps/escalator: escalations.ts, handlers/*.ts, and what sweep.ts does at the start. */
export function startEscalator(site: Site, process: Process): void {
  const { bus } = site;
  const escalations = new Escalations(site, process);
  const group = 'escalator';
  bus.consume(process, {
    group,
    type: escalationRequested.type,
    *handle({ id, source, time, data }) {
      const incident = yield* escalations.facts(data.incidentId);
      const event = { id, source, time };
      const known = incident === undefined ? {} : { incident };
      yield* escalations.take(data.incidentId, { kind: 'requested', event, request: data, ...known });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: escalationAcknowledged.type,
    *handle({ id, data: { incidentId, by, at } }) {
      yield* escalations.take(incidentId, { kind: 'acknowledged', eventId: id, by, at });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: incidentAcknowledged.type,
    *handle({ id, data: { incident, by, at } }) {
      yield* escalations.take(incident.id, { kind: 'acknowledged', eventId: id, by, at });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: incidentResolved.type,
    *handle({ id, time, data: { incident } }) {
      yield* escalations.take(incident.id, { kind: 'resolved', eventId: id, at: incident.resolution?.at ?? time });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: timerDue.type,
    *handle({ data }) {
      if (data.owner === 'escalator') yield* escalations.wake(data.key);
      return [];
    },
  });
  process.spawn(escalations.sweep());
}

class Escalations {
  readonly #site: Site;
  readonly #process: Process;
  readonly #timers: Timers;

  constructor(site: Site, process: Process) {
    this.#site = site;
    this.#process = process;
    this.#timers = new Timers(process, site.clock, site.bus, site.buckets.timers, 'escalator');
  }

  *facts(incidentId: string): Task<IncidentFacts | undefined> {
    const entry = yield* request(() => this.#site.buckets.incidents.get(incidentId));
    if (entry === undefined) return undefined;
    const { acknowledgedBy: by, acknowledgedAt: at, resolution, status, updatedAt } = entry.value.incident;
    return {
      ...(by === undefined || at === undefined ? {} : { acknowledged: { by, at } }),
      ...(status === 'resolved' ? { resolvedAt: resolution?.at ?? updatedAt } : {}),
    };
  }

  *wake(incidentId: string): Task<void> {
    const incident = yield* this.facts(incidentId);
    yield* this.take(incidentId, { kind: 'due', ...(incident === undefined ? {} : { incident }) });
  }

  /** At the start: what a crash left between a page and its report. */
  *sweep(): Task<void> {
    const { buckets, clock } = this.#site;
    for (const { key, value } of yield* request(() => buckets.escalations.entries())) {
      const dueAt = nextMoment(value);
      if (unreported(value).length > 0 || (dueAt !== undefined && dueAt <= clock.now)) yield* this.wake(key);
    }
  }

  *take(incidentId: string, input: EscalationInput): Task<void> {
    const { clock, buckets, escalations, mutation } = this.#site;
    let orders: readonly PageOrder[] = [];
    let at = clock.now;
    const entry = yield* buckets.escalations.modify(
      incidentId,
      (current) => {
        at = clock.now;
        const step = stepEscalation(current, input, escalationSettings, at);
        orders = step.notify;
        return JSON.stringify(step.record) === JSON.stringify(current) ? undefined : step.record;
      },
      () => escalations.push({ incidentId, input, now: at }),
    );
    if (entry === undefined) return;
    if (mutation !== 'escalator sets no timers') yield* this.#keepTimer(incidentId, entry.value);
    yield* this.#report(incidentId, entry.value);
    for (const order of orders) this.#sendInBackground(incidentId, order);
  }

  *#keepTimer(incidentId: string, record: EscalationRecord): Task<void> {
    const dueAt = nextMoment(record);
    if (dueAt === undefined) {
      yield* this.#timers.cancel(incidentId);
      return;
    }
    const { service } = record.request;
    yield* this.#timers.schedule({ key: incidentId, dueAt, service, incidentId, purpose: 'escalation', payload: {} });
  }

  *#report(incidentId: string, record: EscalationRecord): Task<void> {
    const { bus, buckets, clock, escalations } = this.#site;
    const pages = unreported(record);
    if (pages.length === 0) return;
    for (const { key, escalationId, level, contact, channel, status, attempts, detail, at } of pages) {
      const cause = record.requests.findLast((one) => one.request.escalationId === escalationId)?.event;
      const delivered = status === 'delivered';
      const data = { escalationId, incidentId, level, contact, channel, delivered, attempts, detail, at };
      const draft: EventDraft = {
        type: escalationNotified.type,
        service: record.request.service,
        incidentId,
        key,
        data,
      };
      yield* bus.publish(draft, cause, this.#process.name);
    }
    const keys = pages.map((page) => page.key);
    yield* buckets.escalations.modify(
      incidentId,
      (current) => (current === undefined ? undefined : markReported(current, keys)),
      () => escalations.push({ incidentId, input: { kind: 'reported', keys }, now: clock.now }),
    );
  }

  #sendInBackground(incidentId: string, order: PageOrder): void {
    this.#process.spawn(this.#send(incidentId, order));
  }

  *#send(incidentId: string, { notification, request: asked }: PageOrder): Task<void> {
    const { clock, random, pages, schedule } = this.#site;
    const { key, escalationId, level, contact } = notification;
    yield* sleepUntil(clock.nowMs + random.below(300));
    const outcome = yield* request((): SendOutcome => {
      const number = (sent.get(this.#site) ?? 0) + 1;
      sent.set(this.#site, number);
      if (schedule.lostPages.includes(number)) return { delivered: false, retryable: true, detail: 'no answer' };
      const page = { key, incidentId, service: asked.service, escalationId, level, contact, atMs: clock.nowMs };
      pages.push(page);
      this.#site.trace(`${contact} is paged, level ${level}: ${escalationId.slice(-9)}`);
      this.#site.onPage(page);
      return { delivered: true, detail: '' };
    });
    yield* this.take(incidentId, { kind: 'sent', key, outcome });
  }
}

const sent = new WeakMap<Site, number>();
