import { incidentOpened, incidentResolved, incidentUpdated, leaseTtlMs, targetKey } from '@cortex/contracts';
import type {
  BreakerRecord,
  CortexEvent,
  HealthRecord,
  IncidentRecord,
  IncidentSummary,
  KillSwitch,
  PlaybookPerformance,
  Silence,
} from '@cortex/contracts';
import {
  breakerEscalation,
  inputTypes,
  isOpenedBy,
  isStorm,
  pastIncidentOf,
  readMemory,
  recordOutcome,
  step,
} from '@cortex/decision';
import type { Facts, Input, InputType, OpenIncident, PastIncident, Transition } from '@cortex/decision';
import type { Cause } from '../bus.ts';
import { checks, playbooks, safety, services } from '../catalogue.ts';
import type { Process, Task } from '../process.ts';
import { request, requestAll } from '../process.ts';
import type { Site } from '../site.ts';
import type { Entry } from '../store.ts';
import { Timers } from '../timers.ts';

type DecisionEvent = CortexEvent & Input;

interface Outbox {
  readonly cause: Cause;
  readonly transition: Pick<Transition, 'drafts' | 'timers' | 'breakerOutcomes'>;
}

interface Loaded {
  readonly pointer: Entry<{ readonly incidentId: string }> | undefined;
  readonly entry: Entry<IncidentRecord> | undefined;
  readonly isFresh: boolean;
}

/** Mirrors apps/decision: brain.ts, adapters/facts.ts, adapters/incident-store.ts, adapters/effects.ts. */
export function startDecision(site: Site, process: Process): void {
  const facts = new FactsKeeper(site, process);
  const brain = new Brain(site, process, facts);
  for (const type of inputTypes) subscribe(site, process, brain, facts, type);
}

function subscribe(site: Site, process: Process, brain: Brain, facts: FactsKeeper, type: InputType): void {
  site.bus.consume(process, {
    group: 'decision',
    type,
    key: (event) => event.subject,
    *handle(event, context) {
      const taken = event as DecisionEvent;
      yield* route(taken, brain, facts, (service) => context.deriveId('incident', service));
      return [];
    },
  });
}

/** Mirrors apps/decision/src/handlers/*.ts. */
function* route(
  event: DecisionEvent,
  brain: Brain,
  facts: FactsKeeper,
  idFor: (service: string) => string,
): Task<void> {
  switch (event.type) {
    case 'health.changed':
      facts.noteHealth(event.data.target, event.data);
      yield* brain.takeForService(event, event.data.target.service, idFor(event.data.target.service));
      return;
    case 'anomaly.cleared':
      facts.cleared.add(event.data.anomalyId);
      yield* brain.takeForService(event, event.data.service, idFor(event.data.service));
      return;
    case 'anomaly.detected':
    case 'anomaly.updated':
      yield* brain.takeForService(event, event.data.service, idFor(event.data.service));
      return;
    case 'control.changed':
      if (event.data.control === 'kill_switch') yield* brain.takeForAll(event);
      else {
        const { silence } = event.data;
        facts.noteSilence(silence);
        yield* brain.takeForService(event, silence.service, idFor(silence.service));
      }
      return;
    case 'timer.due': {
      const incidentId = event.data.payload['incidentId'];
      if (event.data.owner === 'decision' && typeof incidentId === 'string')
        yield* brain.takeForIncident(event, incidentId);
      return;
    }
    default:
      yield* brain.takeForIncident(event, event.data.incidentId);
  }
}

class Brain {
  readonly #site: Site;
  readonly #process: Process;
  readonly #facts: FactsKeeper;
  readonly #timers: Timers;
  readonly #records = new Map<string, Entry<IncidentRecord>>();
  readonly #pointers = new Map<string, Entry<{ readonly incidentId: string }>>();
  readonly #emptied = new Map<string, number>();

  constructor(site: Site, process: Process, facts: FactsKeeper) {
    this.#site = site;
    this.#process = process;
    this.#facts = facts;
    this.#timers = new Timers(process, site.clock, site.bus, site.buckets.timers, 'decision');
    for (const record of this.#loadAll()) this.#note(record);
  }

  takeForService(event: DecisionEvent, service: string, newIncidentId: string): Task<void> {
    return this.#take(event, service, newIncidentId, (mustBeFresh) => this.#byService(service, mustBeFresh));
  }

  takeForIncident(event: DecisionEvent, incidentId: string): Task<void> {
    return this.#take(event, undefined, incidentId, (mustBeFresh) => this.#byId(incidentId, mustBeFresh));
  }

  *takeForAll(event: DecisionEvent): Task<void> {
    yield* request(() => this.#loadAll());
    const open = [...this.#records.values()].filter(({ value }) => value.incident.status !== 'resolved');
    for (const { key } of open) yield* this.takeForIncident(event, key);
  }

  *#take(
    event: DecisionEvent,
    service: string | undefined,
    newIncidentId: string,
    load: (mustBeFresh: boolean) => Task<Loaded>,
  ): Task<void> {
    for (let mustBeFresh = false; ; mustBeFresh = true) {
      const loaded = yield* load(mustBeFresh);
      const record = loaded.entry?.value;
      yield* this.#emptyOutbox(loaded.entry);
      const id = loaded.entry === undefined ? (loaded.pointer?.value.incidentId ?? newIncidentId) : newIncidentId;
      const { now } = this.#site.clock;
      const facts = this.#facts.at(service ?? record?.incident.service ?? event.subject, id);
      const transition = step(record, event, facts, now);
      if (transition.ignored !== undefined) {
        if (loaded.isFresh || record?.applied.includes(event.id) === true) return;
        continue;
      }
      const outbox: Outbox = { cause: { id: event.id, time: event.time }, transition };
      if (this.#site.mutation === 'decision publishes before it writes') {
        yield* this.#perform(outbox, transition.record ?? record);
      }
      const written = yield* this.#write(loaded, transition, outbox, () =>
        this.#site.noteDecision({ basedOn: record?.incident.id, input: event, facts, now }),
      );
      if (written === undefined) continue;
      yield* this.#perform(outbox, written.value);
      this.#emptied.set(written.key, written.revision);
      return;
    }
  }

  *#write(
    loaded: Loaded,
    transition: Transition,
    outbox: Outbox,
    onWritten: () => void,
  ): Task<Entry<IncidentRecord> | undefined> {
    if (transition.record === undefined) return undefined;
    const { outbox: _emptied, ...bare } = transition.record;
    const record: IncidentRecord = {
      ...bare,
      outbox: { causeId: outbox.cause.id, drafts: [], effects: [outbox as never] },
    };
    const { entry, pointer } = loaded;
    const { id, service } = record.incident;
    const { incidents, openIncidents } = this.#site.buckets;
    if (entry?.value.incident.id !== id && pointer?.value.incidentId !== id) {
      const value = { incidentId: id };
      const pointed = yield* request(() =>
        pointer === undefined
          ? openIncidents.create(service, value)
          : openIncidents.update(service, value, pointer.revision),
      );
      if (pointed === undefined) {
        this.#pointers.delete(service);
        return undefined;
      }
      if (pointer !== undefined) this.#records.delete(pointer.value.incidentId);
      this.#pointers.set(service, { key: service, value, revision: pointed });
    }
    const revision = yield* request(() => {
      const done =
        entry?.value.incident.id === id ? incidents.update(id, record, entry.revision) : incidents.create(id, record);
      if (done !== undefined) onWritten();
      return done;
    });
    if (revision === undefined) {
      this.#records.delete(id);
      return undefined;
    }
    const written = { key: id, value: record, revision };
    if (this.#isNewest(record)) this.#records.set(id, written);
    this.#note(record);
    return written;
  }

  *#emptyOutbox(entry: Entry<IncidentRecord> | undefined): Task<void> {
    if (entry === undefined || this.#emptied.get(entry.key) === entry.revision) return;
    const outbox = entry.value.outbox?.effects?.[0] as Outbox | undefined;
    if (outbox !== undefined) yield* this.#perform(outbox, entry.value);
    this.#emptied.set(entry.key, entry.revision);
  }

  /** All at once, as the real one: a crash may leave any part undone. */
  *#perform({ cause, transition }: Outbox, record: IncidentRecord | undefined): Task<void> {
    const { bus } = this.#site;
    yield* requestAll(...transition.drafts.map((draft) => (): void => bus.store(draft, cause, this.#process.name)));
    for (const timer of transition.timers) {
      if (timer.kind === 'cancel') yield* this.#timers.cancel(timer.key);
      else yield* this.#timers.schedule(timer);
    }
    for (const outcome of transition.breakerOutcomes) {
      const entry = yield* this.#site.buckets.breakers.modify(outcome.playbookId, (current) => {
        const next = recordOutcome(current, outcome, safety.breaker);
        return next === current ? undefined : next;
      });
      if (entry === undefined || record === undefined) continue;
      this.#facts.breakers.set(outcome.playbookId, entry.value);
      if (!isOpenedBy(entry.value, outcome)) continue;
      yield* bus.publish(breakerEscalation(record.incident, entry.value, outcome), cause, this.#process.name);
    }
  }

  *#byService(service: string, mustBeFresh: boolean): Task<Loaded> {
    const known = mustBeFresh ? undefined : this.#pointers.get(service);
    if (known === undefined && !mustBeFresh) return { pointer: undefined, entry: undefined, isFresh: false };
    const pointer = known ?? (yield* request(() => this.#site.buckets.openIncidents.get(service)));
    if (pointer === undefined) return { pointer, entry: undefined, isFresh: true };
    this.#pointers.set(service, pointer);
    const { entry, isFresh } = yield* this.#byId(pointer.value.incidentId, mustBeFresh);
    return { pointer, entry, isFresh: isFresh && known === undefined };
  }

  *#byId(incidentId: string, mustBeFresh: boolean): Task<Loaded> {
    const known = mustBeFresh ? undefined : this.#records.get(incidentId);
    if (known !== undefined) return { pointer: undefined, entry: known, isFresh: false };
    const entry = yield* request(() => this.#site.buckets.incidents.get(incidentId));
    if (entry !== undefined && this.#isNewest(entry.value)) this.#records.set(incidentId, entry);
    return { pointer: undefined, entry, isFresh: true };
  }

  #isNewest({ incident }: IncidentRecord): boolean {
    const pointer = this.#pointers.get(incident.service);
    return pointer === undefined || pointer.value.incidentId === incident.id;
  }

  #loadAll(): readonly IncidentRecord[] {
    return this.#site.buckets.openIncidents.entries().flatMap((pointer) => {
      const entry = this.#site.buckets.incidents.get(pointer.value.incidentId);
      if (entry === undefined) return [];
      this.#pointers.set(pointer.key, pointer);
      this.#records.set(entry.key, entry);
      return [entry.value];
    });
  }

  #note(record: IncidentRecord): void {
    this.#facts.noteIncident(record.incident);
    const { lastStormAt } = readMemory(record);
    if (lastStormAt !== undefined) this.#facts.noteStorm(lastStormAt);
  }
}

/** Everything that a decision looks at, by watching, so always a little late. */
class FactsKeeper {
  readonly breakers = new Map<string, BreakerRecord>();
  readonly cleared = new Set<string>();
  readonly #site: Site;
  readonly #health = new Map<string, HealthRecord>();
  readonly #performance = new Map<string, PlaybookPerformance>();
  readonly #leasesSeenAtMs = new Map<string, number>();
  readonly #newest = new Map<string, { readonly updatedAt: string; readonly open: OpenIncident | undefined }>();
  readonly #history = new Map<string, PastIncident[]>();
  readonly #silences = new Map<string, Silence>();
  #killSwitch: KillSwitch | undefined;
  #lastStormAt: string | undefined;

  constructor(site: Site, process: Process) {
    this.#site = site;
    const { buckets, clock, bus } = site;
    buckets.breakers.watch(process, (_key, entry) => {
      if (entry !== undefined) this.breakers.set(entry.value.playbookId, entry.value);
    });
    buckets.control.watch(process, (_key, entry) => (this.#killSwitch = entry?.value));
    buckets.silences.watch(process, (key, entry) => entry !== undefined && this.#silences.set(key, entry.value));
    buckets.health.watch(process, (key, entry) => {
      if (entry !== undefined) this.#setHealth(key, entry.value);
    });
    buckets.leases.watch(process, (key, entry) => {
      if (entry === undefined) this.#leasesSeenAtMs.delete(key);
      else this.#leasesSeenAtMs.set(key, clock.nowMs);
    });
    buckets.performance.watch(process, (key, entry) => {
      if (entry !== undefined) this.#performance.set(key, entry.value);
    });
    for (const event of bus.log)
      if (event.type === incidentResolved.type)
        this.noteIncident((event as CortexEvent<'incident.resolved'>).data.incident);
    bus.read(process, (event) => {
      if (
        event.type === incidentOpened.type ||
        event.type === incidentUpdated.type ||
        event.type === incidentResolved.type
      )
        this.noteIncident((event as CortexEvent<'incident.opened'>).data.incident);
    });
  }

  at(service: string, newIncidentId: string): Facts {
    const oldest = this.#site.clock.nowMs - leaseTtlMs;
    const held = [...this.#leasesSeenAtMs].filter(([, seenAtMs]) => seenAtMs > oldest).map(([key]) => key);
    const facts: Facts = {
      newIncidentId,
      environment: 'production',
      services: catalogue,
      checkedTargets,
      playbooks,
      safety,
      performance: this.#performance,
      breakers: this.breakers,
      killSwitch: this.#killSwitch,
      silences: this.#site.mutation === 'decision ignores silences' ? [] : [...this.#silences.values()],
      health: this.#health,
      heldLeases: new Set(held),
      openIncidents: [...this.#newest.values()].flatMap((one) => one.open ?? []),
      history: this.#history.get(service) ?? [],
      lastStormAt: this.#lastStormAt,
      clearedAnomalies: this.cleared,
    };
    return this.#site.isReplayed ? asOfNow(facts) : facts;
  }

  noteHealth(target: HealthRecord['target'], change: NonNullable<HealthRecord['change']>): void {
    const key = targetKey(target);
    const known = this.#health.get(key);
    if (known !== undefined && Date.parse(known.since) >= Date.parse(change.since)) return;
    const { to, since, flapping } = change;
    this.#setHealth(key, { target, state: to, since, flapping, change, memory: {} });
  }

  noteSilence(silence: Silence): void {
    const known = this.#silences.get(silence.id);
    if (known === undefined || silence.lifted !== undefined) this.#silences.set(silence.id, silence);
  }

  noteStorm(at: string): void {
    if (this.#lastStormAt === undefined || at > this.#lastStormAt) this.#lastStormAt = at;
  }

  noteIncident(incident: IncidentSummary): void {
    const { id, service, status, severity, updatedAt } = incident;
    const known = this.#newest.get(service);
    if (known === undefined || known.updatedAt <= updatedAt) {
      const open = status === 'resolved' ? undefined : { incidentId: id, service, status, severity };
      this.#newest.set(service, { updatedAt, open });
    }
    if (status !== 'resolved') return;
    const others = (this.#history.get(service) ?? []).filter((past) => past.incidentId !== id);
    this.#history.set(
      service,
      [...others, pastIncidentOf(incident)].sort((left, right) => (left.openedAt < right.openedAt ? -1 : 1)),
    );
  }

  #setHealth(key: string, record: HealthRecord): void {
    this.#health.set(key, record);
    if (isStorm({ services: catalogue, safety, health: this.#health })) this.noteStorm(this.#site.clock.now);
  }
}

/** A copy that later news do not change: what a replay looks at. */
function asOfNow(facts: Facts): Facts {
  return {
    ...facts,
    performance: new Map(facts.performance),
    breakers: new Map(facts.breakers),
    health: new Map(facts.health),
    clearedAnomalies: new Set(facts.clearedAnomalies),
  };
}

const catalogue: Facts['services'] = new Map(services.map((service) => [service.name, service]));
const checkedTargets: Facts['checkedTargets'] = new Set(checks.map((check) => targetKey(check.target)));
