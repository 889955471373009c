import type { Relation } from './dependency-graph.ts';

/** A service with anomalies at the same time. */
export interface CorrelatedService {
  readonly service: string;
  readonly metric: string;
  readonly startedAtMs: number;
  /** Undefined where the two are not related. */
  readonly relation: Relation | undefined;
}

const namedAtMost = 5;
const order = ['dependency', 'dependant', 'relative', undefined] as const;

/** `2 dependencies of shop show anomalies since 10:03 UTC: db (connections), cache (latency)`. */
export function explainCorrelated(service: string, correlated: Iterable<CorrelatedService>): string {
  const all = [...correlated];
  const parts = order.flatMap((relation) => {
    const some = all.filter((one) => one.relation === relation);
    return some.length === 0 ? [] : [sentence(service, relation, some)];
  });
  return parts.join('; ');
}

function sentence(service: string, relation: Relation | undefined, some: readonly CorrelatedService[]): string {
  const since = new Date(Math.min(...some.map(({ startedAtMs }) => startedAtMs))).toISOString().slice(11, 16);
  const names = some.slice(0, namedAtMost).map((one) => `${one.service} (${one.metric})`);
  const rest = some.length > namedAtMost ? ` and ${some.length - namedAtMost} more` : '';
  const [who, show] =
    some.length === 1
      ? [`1 ${singular(relation, service)}`, 'shows']
      : [`${some.length} ${plural(relation, service)}`, 'show'];
  return `${who} ${show} anomalies since ${since} UTC: ${names.join(', ')}${rest}`;
}

function singular(relation: Relation | undefined, service: string): string {
  switch (relation) {
    case 'dependency':
      return `dependency of ${service}`;
    case 'dependant':
      return `service that depends on ${service}`;
    case 'relative':
      return `service near ${service}`;
    case undefined:
      return 'other service';
    default:
      return relation satisfies never;
  }
}

function plural(relation: Relation | undefined, service: string): string {
  switch (relation) {
    case 'dependency':
      return `dependencies of ${service}`;
    case 'dependant':
      return `services that depend on ${service}`;
    case 'relative':
      return `services near ${service}`;
    case undefined:
      return 'other services';
    default:
      return relation satisfies never;
  }
}
