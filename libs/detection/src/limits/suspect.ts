import type { SeriesIdentity } from '../identity.ts';

/** The likely cause of too many series: what most of them have in common, and the label that makes them many. */
export interface Suspect {
  readonly service: string;
  readonly metric: string;
  /** Series of that metric. */
  readonly series: number;
  /** The label with most values; `instance` counts as one. Absent where only the metric names differ. */
  readonly label?: string;
  readonly values?: number;
}

/** The service and metric with most series, and its label with most values. Undefined for no series at all. */
export function findSuspect(identities: readonly SeriesIdentity[]): Suspect | undefined {
  const service = largest(grouped(identities, (identity) => identity.service));
  if (service === undefined) return undefined;
  const metric = largest(grouped(service.members, (identity) => identity.metric));
  if (metric === undefined) return undefined;
  const values = new Map<string, Set<string>>();
  for (const { instance, labels } of metric.members) {
    const all = instance === undefined ? [] : [['instance', instance] as const];
    for (const [label, value] of [...all, ...Object.entries(labels)]) {
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  const label = largest(new Map([...values].map(([name, set]) => [name, [...set]])));
  return {
    service: service.name,
    metric: metric.name,
    series: metric.members.length,
    ...(label === undefined || label.members.length < 2 ? {} : { label: label.name, values: label.members.length }),
  };
}

function grouped<Member>(members: readonly Member[], nameOf: (member: Member) => string): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const group = groups.get(nameOf(member));
    if (group === undefined) groups.set(nameOf(member), [member]);
    else group.push(member);
  }
  return groups;
}

/** The group with most members; of equals the first by name. */
function largest<Member>(groups: ReadonlyMap<string, readonly Member[]>) {
  return [...groups]
    .map(([name, members]) => ({ name, members }))
    .toSorted((left, right) => right.members.length - left.members.length || (left.name < right.name ? -1 : 1))[0];
}
