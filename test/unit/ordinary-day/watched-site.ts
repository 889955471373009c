import { HarmSettings, type Anomaly, type EventData, type EventDraft, type IncidentSeverity } from '@cortex/contracts';
import type { Input } from '@cortex/decision';
import { Scenario, makeService } from '@cortex/decision/testing';
import {
  compileCorrelation,
  compileDetection,
  correlate,
  detect,
  emptyCorrelation,
  emptyPartition,
  type AnomalyEvent,
} from '@cortex/detection';
import { catalogued, Machine, startMs, type Fault } from './machine.ts';

/** People were called. */
export interface Page {
  readonly timeMs: number;
  readonly service: string;
  readonly severity: IncidentSeverity;
  readonly reason: string;
  /** Why it hurts, by the incident. */
  readonly harm: string | undefined;
}

/** An incident as it was when it was opened, and at its worst. */
export interface Seen {
  readonly service: string;
  readonly openedMs: number;
  severity: IncidentSeverity;
  harm: string | undefined;
}

const services = catalogued.map((name) =>
  makeService(name, 1, {
    ...(name === 'shop' ? { dependsOn: ['db'], critical: true, users: 1_000 } : {}),
    instances: [{ id: `${name}-1`, host: 'machine' }],
  }),
);

/** A site with a machine, its services and healthy checks, watched by the real detection, correlation and decision. */
export class WatchedSite {
  readonly pages: Page[] = [];
  readonly seen = new Map<string, Seen>();
  readonly anomalies: Anomaly[] = [];
  readonly #machine: Machine;
  readonly #settings;
  readonly #state = emptyPartition();
  readonly #correlation = { settings: compileCorrelation(services), state: emptyCorrelation() };
  readonly #scenarios = new Map<string, Scenario>();
  #timeMs = startMs;

  constructor(seed: number, harm: Parameters<typeof HarmSettings.parse>[0] = {}) {
    this.#machine = new Machine(seed);
    this.#settings = compileDetection([], [], { services, harm: HarmSettings.parse(harm) });
  }

  liveUntil(endMs: number, faults: readonly Fault[] = []): void {
    while (this.#timeMs < endMs) {
      const { timeMs, series } = this.#machine.next(faults);
      this.#timeMs = timeMs + 1;
      const { drafts } = detect(this.#settings, this.#state, { atMs: timeMs, series });
      for (const draft of drafts) if (isOfAnomaly(draft)) this.#publish(draft);
      this.#passTime(timeMs);
    }
  }

  /** What the detector publishes, the correlation reads, and adds to. */
  #publish(draft: AnomalyEvent): void {
    if (draft.type === 'anomaly.detected') this.anomalies.push(draft.data as Anomaly);
    this.#decide(draft);
    for (const update of correlate(this.#correlation.settings, this.#correlation.state, draft)) {
      this.#decide(update as AnomalyEvent);
    }
  }

  #decide({ type, data }: AnomalyEvent): void {
    const scenario = this.#scenarioOf(data.service);
    this.#apply(data.service, { id: scenario.nextId(), type, data } as Input);
  }

  #passTime(timeMs: number): void {
    for (const [service, scenario] of this.#scenarios) {
      const due = [...scenario.timers.values()].filter(({ dueAt }) => Date.parse(dueAt) <= timeMs);
      for (const { key, purpose, dueAt, payload } of due) {
        scenario.timers.delete(key);
        const data = { owner: 'decision', key, purpose, dueAt, payload };
        this.#apply(service, { id: scenario.nextId(), type: 'timer.due', data });
      }
    }
  }

  #apply(service: string, input: Input): void {
    const scenario = this.#scenarioOf(service);
    scenario.now = new Date(this.#timeMs).toISOString();
    const newIncidentId = `00000000-0000-7000-8000-${String(this.seen.size + 1).padStart(12, '0')}`;
    scenario.know({ newIncidentId, openIncidents: this.#openIncidents() }).apply(input);
    for (const { type, data } of scenario.last?.drafts ?? []) {
      if (type !== 'escalation.requested') continue;
      const { severity, reason } = data as EventData<'escalation.requested'>;
      const harm = scenario.record?.incident.harm?.reason;
      this.pages.push({ timeMs: this.#timeMs, service, severity, reason, harm });
    }
    const incident = scenario.record?.incident;
    if (incident === undefined) return;
    const seen = this.seen.get(incident.id) ?? {
      service,
      openedMs: Date.parse(incident.openedAt),
      severity: 'SEV3',
      harm: '',
    };
    this.seen.set(incident.id, Object.assign(seen, { severity: incident.severity, harm: incident.harm?.reason }));
  }

  #openIncidents() {
    return [...this.#scenarios.values()].flatMap(({ record }) => {
      if (record === undefined || record.incident.status === 'resolved') return [];
      const { id: incidentId, service, status, severity, startedAt, harm } = record.incident;
      return [{ incidentId, service, status, severity, startedAt, isHarmful: harm?.isHarmful ?? true }];
    });
  }

  #scenarioOf(service: string): Scenario {
    const known = this.#scenarios.get(service);
    if (known !== undefined) return known;
    const scenario = new Scenario({ services, playbooks: [] });
    this.#scenarios.set(service, scenario);
    return scenario;
  }
}

function isOfAnomaly(draft: EventDraft): draft is EventDraft & AnomalyEvent {
  return draft.type.startsWith('anomaly.');
}
