import type { Entry } from '@cortex/bus';
import type { CortexEvent, EventDraft, IncidentRecord } from '@cortex/contracts';
import { type Input, type Transition, readMemory, step } from '@cortex/decision';
import { CortexError } from '@cortex/errors';
import type { Logger } from 'pino';
import type { Effects } from './adapters/effects.ts';
import type { FactsKeeper } from './adapters/facts.ts';
import type { IncidentStore, Loaded } from './adapters/incident-store.ts';
import { outboxOf, storedOutbox } from './adapters/outbox.ts';
import type { DecisionMetrics } from './metrics.ts';

export interface BrainParts {
  readonly store: IncidentStore;
  readonly facts: FactsKeeper;
  readonly effects: Effects;
  readonly metrics: DecisionMetrics;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** An event that the reducer takes, whole. */
export type DecisionEvent = CortexEvent & Input;

/** Writers that meet this often over one incident have lost their way: the event comes again later. */
const maxTries = 50;

/**
 * Takes one event into one incident: load, step, write by compare-and-set, then publish. A crash after the write is made
 * good by whoever loads the record next, because its outbox is in it.
 */
export class Brain {
  readonly #parts: BrainParts;
  /** Revisions whose outbox this process has emptied itself, by incident. */
  readonly #emptied = new Map<string, number>();

  constructor(parts: BrainParts) {
    this.#parts = parts;
  }

  /** Remembers what is open from an earlier life. */
  async start(): Promise<void> {
    for (const record of await this.#parts.store.loadAll()) this.#note(record);
  }

  /** For signals, which belong to the service's newest incident or open the next. */
  takeForService(event: DecisionEvent, service: string, newIncidentId: string): Promise<void> {
    return this.#take(event, service, newIncidentId, (mustBeFresh) =>
      this.#parts.store.byService(service, mustBeFresh),
    );
  }

  /** For everything else, which names its incident. */
  takeForIncident(event: DecisionEvent, incidentId: string): Promise<void> {
    return this.#take(event, undefined, incidentId, (mustBeFresh) => this.#parts.store.byId(incidentId, mustBeFresh));
  }

  /** For what concerns every open incident. */
  async takeForAll(event: DecisionEvent): Promise<void> {
    await this.#parts.store.loadAll();
    await Promise.all(this.#parts.store.openIds().map((incidentId) => this.takeForIncident(event, incidentId)));
  }

  async #take(
    event: DecisionEvent,
    service: string | undefined,
    newIncidentId: string,
    load: (mustBeFresh: boolean) => Promise<Loaded>,
  ): Promise<void> {
    let mustBeFresh = false;
    for (let attempt = 1; attempt <= maxTries; attempt += 1) {
      const loaded = await load(mustBeFresh);
      const record = loaded.entry?.value;
      if (loaded.entry !== undefined) await this.settle(loaded.entry);
      // A pointer without a record is left by a crash: its incident is the one to open.
      const isUnopened = loaded.entry === undefined && loaded.isUnreadable !== true;
      const id = isUnopened ? (loaded.pointer?.value.incidentId ?? newIncidentId) : newIncidentId;
      const facts = this.#parts.facts.at(service ?? record?.incident.service ?? event.subject, id);
      const transition = step(record, event, facts, this.#parts.now().toISOString());
      if (transition.ignored !== undefined) {
        // What this process remembers may be old: only a record read just now decides that an event changes nothing.
        if (loaded.isFresh || record?.applied.includes(event.id) === true) {
          this.#parts.logger.debug({ type: event.type, id: event.id, reason: transition.ignored }, 'ignored');
          return;
        }
        mustBeFresh = true;
        continue;
      }
      const opened = transition.record?.incident.id;
      if (opened !== undefined && opened !== loaded.entry?.key && (await this.#parts.store.isArchived(opened))) {
        this.#parts.logger.debug({ type: event.type, id: event.id, incident: opened }, 'a signal of long ago');
        return;
      }
      if (!(await this.#mayBegin(transition))) continue;
      const written = await this.#write(loaded, transition, event);
      if (written !== undefined) {
        await this.settle(written);
        for (const draft of transition.drafts) this.#count(draft, written.value);
        return;
      }
      mustBeFresh = true;
    }
    throw new CortexError(
      'CORTEX_DECISION_CONTENTION',
      `the incident changed under each of ${maxTries} tries to change it`,
    );
  }

  /** Before it is asked for, what begins takes its slots. When they are used up it is decided again, knowing that. */
  async #mayBegin({ drafts }: Transition): Promise<boolean> {
    const request = drafts.find(isRequest);
    return request === undefined || request.data.dryRun || this.#parts.facts.starts.take(request.data);
  }

  async #write(
    loaded: Loaded,
    transition: Transition,
    event: DecisionEvent,
  ): Promise<Entry<IncidentRecord> | undefined> {
    if (transition.record === undefined) return undefined;
    const outbox = outboxOf(transition, event);
    const isEmpty = outbox.drafts.length === 0 && outbox.effects.length === 0;
    const { outbox: _emptied, ...bare } = transition.record;
    const record: IncidentRecord = isEmpty ? bare : { ...bare, outbox: storedOutbox(outbox) };
    const isSame = loaded.entry?.value.incident.id === record.incident.id;
    const written =
      isSame && loaded.entry !== undefined
        ? await this.#parts.store.update(loaded.entry, record)
        : await this.#parts.store.open(loaded.pointer, record);
    if (written !== undefined) this.#note(record);
    return written;
  }

  /** Does what follows from a record that was just written, or that another life or replica wrote down and may not have done. */
  async settle(entry: Entry<IncidentRecord>): Promise<void> {
    if (this.#emptied.get(entry.key) === entry.revision) return;
    await this.#parts.effects.perform(entry);
    this.#emptied.delete(entry.key);
    this.#emptied.set(entry.key, entry.revision);
    const [oldest] = this.#emptied.keys();
    if (this.#emptied.size > 10_000 && oldest !== undefined) this.#emptied.delete(oldest);
  }

  #note(record: IncidentRecord): void {
    this.#parts.facts.directory.note(record.incident);
    const { lastStormAt } = readMemory(record);
    if (lastStormAt !== undefined) this.#parts.facts.noteStorm(lastStormAt);
  }

  #count(draft: Transition['drafts'][number], { incident }: IncidentRecord): void {
    const { metrics, logger } = this.#parts;
    const about = { incident: incident.id, service: incident.service, status: incident.status };
    if (draft.type === 'incident.opened') {
      metrics.opened(incident);
      logger.info({ ...about, severity: incident.severity, title: incident.title }, 'incident opened');
    } else if (draft.type === 'incident.resolved') {
      metrics.resolved(incident);
      logger.info({ ...about, method: incident.resolution?.method }, 'incident resolved');
    } else if (draft.type === 'decision.made') {
      const decision = incident.decisions.at(-1);
      if (decision === undefined) return;
      metrics.decided(decision);
      logger.info(
        { ...about, outcome: decision.outcome, reason: decision.reason, playbook: decision.playbookId },
        'decided',
      );
    }
  }
}

function isRequest(draft: Transition['drafts'][number]): draft is EventDraft<'remediation.requested'> {
  return draft.type === 'remediation.requested';
}
