import type { SafetyPolicy } from '@cortex/contracts';
import { severityRank } from '../levels.ts';
import type { Facts, OpenIncident, Start } from '../model/facts.ts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** A slot that is free by then is for others: whoever waited for it has lost its timer. */
const lostAfterMs = 60_000;

type Place = Pick<Start, 'service' | 'clusters'>;

interface Limit {
  readonly scope: 'total' | 'service' | 'cluster';
  /** Of the service or the cluster. */
  readonly name: string;
  readonly limit: number;
  readonly where: string;
}

/**
 * How many remediations may begin within a minute: on the service, in the cluster, and in all. What is more waits, and the most
 * severe goes first. Decision takes the slots before it asks the executor; this gate only looks.
 */
export function startRateGate({ facts, plan, incident, service, now }: GateQuestion) {
  if (plan.dryRun) return passes('start_rate', 'a dry run changes nothing', {});
  const targets = new Set(plan.targets.map(({ instance }) => instance));
  const place: Place = {
    service: service.name,
    clusters: clustersOf(service.instances.filter(({ id }) => targets.has(id))),
  };
  // A slot that an earlier try of this very decision took is its own.
  const starts = facts.starts.filter(
    ({ executionId, until }) => executionId !== plan.executionId && Date.parse(until) > Date.parse(now),
  );
  const slots = new Slots(facts.safety.startRate, starts);
  const { perService, perCluster, total } = facts.safety.startRate;
  const inputs = {
    begun_within_a_minute: starts.length,
    on_the_service: starts.filter((start) => start.service === service.name).length,
    limit_total: total,
    limit_per_service: perService,
    limit_per_cluster: perCluster,
  };
  const full = slots.fullFor(place);
  if (full !== undefined) {
    const reason = `as many remediations began within the last minute as may${full.where}: ${full.limit}`;
    return objects('start_rate', 'hold', 'start_rate_reached', reason, { ...inputs, until: slots.freeAt(place) ?? '' });
  }
  const since = incident.waiting?.for === 'start_rate' ? incident.waiting.since : now;
  const ahead = inOrder(facts, now).filter((other) => {
    return other.service !== service.name && isBefore(other, { severity: incident.severity, since });
  });
  for (const other of ahead) slots.takeIfFree({ service: other.service, clusters: clustersOfService(facts, other) });
  if (slots.fullFor(place) !== undefined) {
    const reason =
      'what may still begin within this minute is for others that wait, for they are more severe or wait for longer';
    return objects('start_rate', 'hold', 'more_severe_first', reason, { ...inputs, ahead: ahead.length });
  }
  return passes('start_rate', 'within the limits', inputs);
}

/** The names of the limits that a start falls under, with how many each allows. */
export function limitsOf({ service, clusters }: Place, rate: SafetyPolicy['startRate']): readonly Limit[] {
  return [
    { scope: 'total', name: '', limit: rate.total, where: '' },
    { scope: 'service', name: service, limit: rate.perService, where: ` on ${service}` },
    ...clusters.map((name): Limit => ({
      scope: 'cluster',
      name,
      limit: rate.perCluster,
      where: ` in cluster ${name}`,
    })),
  ];
}

export function clustersOf(instances: readonly { readonly cluster?: string | undefined }[]): readonly string[] {
  return [...new Set(instances.flatMap(({ cluster }) => cluster ?? []))];
}

/** Who occupies the limits. */
class Slots {
  readonly #rate: SafetyPolicy['startRate'];
  readonly #taken: Start[];

  constructor(rate: SafetyPolicy['startRate'], starts: readonly Start[]) {
    this.#rate = rate;
    this.#taken = [...starts];
  }

  fullFor(place: Place) {
    return limitsOf(place, this.#rate).find(({ scope, name, limit }) => this.#of(scope, name).length >= limit);
  }

  /** When a slot of the limit that is full is free again, as far as it is known. */
  freeAt(place: Place): string | undefined {
    const full = this.fullFor(place);
    if (full === undefined) return undefined;
    return this.#of(full.scope, full.name)
      .map(({ until }) => until)
      .sort()
      .at(0);
  }

  takeIfFree(place: Place): void {
    if (this.fullFor(place) === undefined) this.#taken.push({ ...place, executionId: '', until: '' });
  }

  #of(scope: 'total' | 'service' | 'cluster', name: string): readonly Start[] {
    if (scope === 'total') return this.#taken;
    return this.#taken.filter(({ service, clusters }) =>
      scope === 'service' ? service === name : clusters.includes(name),
    );
  }
}

function clustersOfService({ services }: Facts, { service }: OpenIncident): readonly string[] {
  return clustersOf(services.get(service)?.instances ?? []);
}

interface Waiter {
  readonly service: string;
  readonly severity: OpenIncident['severity'];
  readonly since: string;
}

/** Those that wait for this gate, the most severe first; of the same severity whoever has waited longest. */
function inOrder({ openIncidents }: Facts, now: string): readonly (OpenIncident & Waiter)[] {
  return openIncidents
    .flatMap((one) => {
      const { waiting, status } = one;
      if (status !== 'open' || waiting?.for !== 'start_rate') return [];
      const isLost = waiting.until !== undefined && Date.parse(now) - Date.parse(waiting.until) > lostAfterMs;
      return isLost ? [] : [{ ...one, since: waiting.since }];
    })
    .sort((left, right) => (isBefore(left, right) ? -1 : 1));
}

function isBefore(left: Omit<Waiter, 'service'>, right: Omit<Waiter, 'service'>): boolean {
  const difference = severityRank(left.severity) - severityRank(right.severity);
  return difference === 0 ? Date.parse(left.since) < Date.parse(right.since) : difference < 0;
}
