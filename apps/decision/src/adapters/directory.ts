import type { Bus, Consumption } from '@cortex/bus';
import { type IncidentSummary, incidentOpened, incidentResolved, incidentUpdated } from '@cortex/contracts';
import { type OpenIncident, type PastIncident, pastIncidentOf } from '@cortex/decision';

const dayMs = 24 * 3_600_000;
/** How far back "have we seen this before" looks. */
const historyMs = 30 * dayMs;
/** Incidents kept per service. */
const maxHistory = 100;

/** What is open and what has been, over all services and all replicas: from own writes at once, from the events of others. */
export class IncidentDirectory {
  /** When the newest incident of each service was last changed. */
  readonly #newest = new Map<string, string>();
  readonly #open = new Map<string, OpenIncident>();
  readonly #history = new Map<string, PastIncident[]>();

  get open(): readonly OpenIncident[] {
    return [...this.#open.values()];
  }

  historyOf(service: string): readonly PastIncident[] {
    return this.#history.get(service) ?? [];
  }

  /** Takes an incident in, unless a newer state of it is known. */
  note(incident: IncidentSummary): void {
    const { id, service, status, severity, startedAt, updatedAt, harm } = incident;
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
          isHarmful: harm?.isHarmful ?? true,
        });
    }
    if (status !== 'resolved') return;
    const others = this.historyOf(service).filter((past) => past.incidentId !== id);
    const history = [...others, pastIncidentOf(incident)].sort(
      (a, b) => Date.parse(a.openedAt) - Date.parse(b.openedAt),
    );
    this.#history.set(service, history.slice(-maxHistory));
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
