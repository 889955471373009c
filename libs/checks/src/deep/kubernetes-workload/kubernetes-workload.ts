import { formatDuration } from '@cortex/conditions';
import { CortexError } from '@cortex/errors';
import { isOutboundRefusal } from '@cortex/outbound';
import { z } from 'zod';
import { defineCheck } from '../../define-check.ts';
import type { CheckResult } from '../../define-check.ts';
import { openCluster, refusalOf, statusOf } from '../../kubernetes/cluster.ts';
import { podFacts } from './pod-facts.ts';
import type { PodFacts } from './pod-facts.ts';
import { readPods, readWorkload, workloadKinds } from './workload.ts';
import type { Workload } from './workload.ts';
import { AbsolutePath, Duration, KubernetesName } from '../../params.ts';

const Params = z.strictObject({
  kind: z.enum(workloadKinds).default('Deployment').describe('The kind of workload.'),
  name: KubernetesName.describe('Of the workload.'),
  namespace: KubernetesName.default('default').describe('Of the workload.'),
  min_ready: z.number().int().min(0).max(100_000).optional().describe('Default: as many as the workload asks for.'),
  max_restarts: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(3)
    .describe('Restarts of containers of all its pods together, within `window`.'),
  max_evicted: z.number().int().min(0).max(100_000).default(0).describe('Evicted pods, within `window`.'),
  window: Duration.prefault('10m').describe('How far back restarts and evictions count.'),
  kubeconfig: AbsolutePath.optional().describe(
    'Default: KUBECONFIG, `~/.kube/config`, or the service account of the pod that this runs in.',
  ),
  context: z.string().min(1).max(253).optional().describe('Of the kubeconfig. Default: its current one.'),
});
type Params = z.output<typeof Params>;

/** Beyond the specification's examples: its own workloads run on Kubernetes (spec 3). Reads only. */
export const kubernetesWorkload = defineCheck({
  name: 'kubernetes_workload',
  summary: 'A workload of Kubernetes has its ready replicas, and its pods neither restart nor get evicted',
  tier: 'deep',
  params: Params,
  failures: [
    '… does not exist',
    '… ready, expected … (…)',
    '… restarts within …, expected at most …',
    '… evicted within …, expected at most …',
  ],
  example: `name: shop-pods
type: kubernetes_workload
service: shop
params:
  kind: Deployment
  name: shop
  namespace: prod
max_restarts: 3
window: 10m`,
  async run(params, context): Promise<CheckResult> {
    const { kind, name, namespace } = params;
    const title = `${kind} ${namespace}/${name}`;
    const cluster = await openCluster({ kubeconfig: params.kubeconfig, context: params.context }, context);
    try {
      const workload = await readWorkload(cluster, { kind, name, namespace });
      const pods = await readPods(cluster, namespace, workload.selector);
      const facts = podFacts(pods, { sinceMs: Date.now() - params.window });
      return judge(title, params, { workload, facts });
    } catch (error) {
      if (context.signal.aborted || isOutboundRefusal(error)) throw error;
      if (statusOf(error) === 404) return { passed: false, detail: `${title} does not exist` };
      // An unreachable API server says nothing about the workload.
      throw new CortexError('CORTEX_CHECK_NOT_MADE', `${title}: ${refusalOf(error)}`, { cause: error });
    }
  },
});

function judge(
  title: string,
  params: Params,
  { workload, facts }: { readonly workload: Workload; readonly facts: PodFacts },
): CheckResult {
  const { desired, ready } = workload;
  const { restarts, evicted } = facts;
  const minReady = params.min_ready ?? desired;
  const within = `within ${formatDuration(params.window)}`;
  const troubles = [...facts.troubles].slice(0, 5).map(([reason, pods]) => `${pods} ${reason}`);
  const why = troubles.length === 0 ? '' : ` (${troubles.join(', ')})`;
  const problems = [
    ...(ready < minReady ? [`${ready} ready, expected ${minReady}${why}`] : []),
    ...(restarts > params.max_restarts
      ? [`${restarts} restarts ${within}, expected at most ${params.max_restarts}`]
      : []),
    ...(evicted > params.max_evicted ? [`${evicted} evicted ${within}, expected at most ${params.max_evicted}`] : []),
  ];
  const evidence = { desired, ready, restarts, evicted };
  if (problems.length > 0) return { passed: false, detail: `${title}: ${problems.join('; ')}`, evidence };
  return { passed: true, detail: `${title}: ${ready} of ${desired} ready`, evidence };
}
