import type { Bus, Consumption } from '@cortex/bus';
import {
  type Attempt,
  type IncidentSummary,
  incidentOpened,
  incidentResolved,
  incidentUpdated,
  startWindowMs,
} from '@cortex/contracts';
import { type OpenIncident, type PastIncident, pastIncidentOf } from '@cortex/decision';

const dayMs = 24 * 3_600_000;
/** How far back "have we seen this before" looks. */
const historyMs = 30 * dayMs;
/** Incidents kept per service. */
const maxHistory = 100;
/** Newest attempts of an incident that are looked at: more do not fit into a minute. */
const maxAsked = 5;

/** An execution that decision asked for, and until when it counts for the limits on how many may begin. */
export interface AskedFor {
  readonly executionId: string;
  readonly service: string;
  readonly instances: readonly string[];
  readonly until: string;
}

/** What is open and what has been, over all services and all replicas: from own writes at once, from the events of others. */
export class IncidentDirectory {
  /** When the newest incident of each service was last changed. */
  readonly #newest = new Map<string, string>();
  readonly #open = new Map<string, OpenIncident>();
  readonly #history = new Map<string, PastIncident[]>();
  readonly #askedFor = new Map<string, AskedFor>();
  readonly #planTtlMs: number;
  /** Called after each incident that is taken in. */
  onChange: () => void = () => undefined;

  constructor(planTtlMs: number) {
    this.#planTtlMs = planTtlMs;
  }

  get open(): readonly OpenIncident[] {
    return [...this.#open.values()];
  }

  /** What may begin yet, or began within the last minute. */
  askedFor(now: string): readonly AskedFor[] {
    for (const [executionId, { until }] of this.#askedFor) {
      if (Date.parse(until) <= Date.parse(now)) this.#askedFor.delete(executionId);
    }
    return [...this.#askedFor.values()];
  }

  historyOf(service: string): readonly PastIncident[] {
    return this.#history.get(service) ?? [];
  }

  /** Takes an incident in, unless a newer state of it is known. */
  note(incident: IncidentSummary): void {
    const { id, service, status, severity, startedAt, updatedAt, harm, waiting, signals } = incident;
    const known = this.#newest.get(service);
    if (known === undefined || Date.parse(known) <= Date.parse(updatedAt)) {
      this.#newest.set(service, updatedAt);
      if (status === 'resolved') this.#open.delete(service);
      else
        this.#open.set(service, {
          incidentId: id,
          service,
          status,
          severity,
          startedAt,
          isActive: signals.some(({ active }) => active),
          isHarmful: harm?.isHarmful ?? true,
          isAnomalous: signals.some(({ kind, active }) => active && kind === 'anomaly'),
          ...(waiting === undefined ? {} : { waiting }),
        });
      for (const attempt of incident.attempts.slice(-maxAsked)) this.#noteAttempt(service, attempt);
    }
    this.onChange();
    if (status !== 'resolved') return;
    const others = this.historyOf(service).filter((past) => past.incidentId !== id);
    const history = [...others, pastIncidentOf(incident)].sort(
      (a, b) => Date.parse(a.openedAt) - Date.parse(b.openedAt),
    );
    this.#history.set(service, history.slice(-maxHistory));
  }

  #noteAttempt(service: string, attempt: Attempt): void {
    const { executionId, requestedAt, startedAt, outcome, targets } = attempt;
    if (outcome === 'refused') {
      this.#askedFor.delete(executionId);
      return;
    }
    const lastMs = startedAt === undefined ? Date.parse(requestedAt) + this.#planTtlMs : Date.parse(startedAt);
    const until = new Date(Math.max(lastMs, Date.parse(requestedAt)) + startWindowMs).toISOString();
    const instances = targets.map(({ instance }) => instance);
    this.#askedFor.set(executionId, { executionId, service, instances, until });
  }

  /** Follows what other replicas publish, and the history of the last month. */
  async follow(bus: Bus, now: Date): Promise<readonly Consumption[]> {
    const note = ({ data }: { readonly data: { readonly incident: IncidentSummary } }): void =>
      this.note(data.incident);
    return Promise.all([
      bus.read({ event: incidentOpened, from: 'new', handle: note }),
      bus.read({ event: incidentUpdated, from: 'new', handle: note }),
      bus.read({ event: incidentResolved, from: new Date(now.getTime() - historyMs), handle: note }),
    ]);
  }
}
