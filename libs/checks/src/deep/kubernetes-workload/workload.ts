import { CortexError } from '@cortex/errors';
import type { V1LabelSelector, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../kubernetes/cluster.ts';

export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string;
}

export interface Workload {
  readonly desired: number;
  readonly ready: number;
  readonly selector: string;
}

/** Of a workload with more pods the first ones are checked. */
const maxPods = 500;

export async function readWorkload(cluster: Cluster, { kind, ...name }: WorkloadName): Promise<Workload> {
  switch (kind) {
    case 'Deployment': {
      const { spec, status } = await cluster.apps.readNamespacedDeployment(name, cluster.call);
      return workload(spec?.replicas ?? 1, status?.readyReplicas, spec?.selector);
    }
    case 'StatefulSet': {
      const { spec, status } = await cluster.apps.readNamespacedStatefulSet(name, cluster.call);
      return workload(spec?.replicas ?? 1, status?.readyReplicas, spec?.selector);
    }
    case 'DaemonSet': {
      const { spec, status } = await cluster.apps.readNamespacedDaemonSet(name, cluster.call);
      return workload(status?.desiredNumberScheduled ?? 0, status?.numberReady, spec?.selector);
    }
    default:
      return kind satisfies never;
  }
}

export async function readPods(cluster: Cluster, namespace: string, selector: string): Promise<readonly V1Pod[]> {
  const question = { namespace, labelSelector: selector, limit: maxPods };
  return (await cluster.core.listNamespacedPod(question, cluster.call)).items;
}

function workload(desired: number, ready = 0, selector: V1LabelSelector = {}): Workload {
  return { desired, ready, selector: selectorText(selector) };
}

/** As the API takes it in a query: `app=shop,tier in (a,b),!legacy`. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([label, value]) => `${label}=${value}`);
  const more = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  const text = [...equal, ...more].join(',');
  // An empty selector would mean every pod of the namespace.
  if (text === '') throw new CortexError('CORTEX_CHECK_NOT_MADE', 'the workload selects no pods');
  return text;
}
