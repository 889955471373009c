import type { CauseCategory, Incident, Signal } from '@cortex/contracts';
import type { RootCause } from '../model/assessment.ts';

/** Words in the names of metrics and checks that speak for a cause. Spec 6.1 step 4. */
const words: Readonly<Record<Exclude<CauseCategory, 'unknown'>, readonly string[]>> = {
  resource_exhaustion: [
    'disk',
    'memory',
    'mem',
    'cpu',
    'inode',
    'inodes',
    'swap',
    'heap',
    'fd',
    'descriptors',
    'load',
    'filesystem',
    'space',
    'quota',
  ],
  network: [
    'network',
    'dns',
    'packet',
    'packets',
    'tcp',
    'port',
    'connectivity',
    'socket',
    'tls',
    'certificate',
    'retransmits',
    'route',
    'gateway',
  ],
  configuration: ['config', 'configuration', 'deploy', 'deployment', 'version', 'rollout', 'migration', 'schema'],
  dependency: [
    'database',
    'db',
    'postgres',
    'postgresql',
    'redis',
    'cache',
    'queue',
    'broker',
    'rabbitmq',
    'upstream',
    'replication',
    'dependency',
    'connection',
    'connections',
    'pool',
  ],
  application: [
    'process',
    'error',
    'errors',
    'exception',
    'exceptions',
    'crash',
    'crashes',
    'panic',
    'deadlock',
    'leak',
    'latency',
    'http',
    'endpoint',
    'response',
    'request',
    'requests',
    'restart',
    'restarts',
    'threads',
    'gc',
    'timeout',
    'timeouts',
    'duration',
  ],
};
/** On a tie the earlier one: the nearer to the bottom of the stack, the more it explains. */
const order = ['resource_exhaustion', 'dependency', 'configuration', 'network', 'application'] as const;

/**
 * The cause that most signals speak for, each by the words in the names of its metric and its failing checks. A
 * process that does not run outweighs the ports and pages that fail with it. A dependency that is healed first outweighs
 * everything.
 */
export function findRootCause(incident: Pick<Incident, 'signals'>, root: string | undefined): RootCause {
  const votes: Record<string, number> = {};
  const active = incident.signals.filter((signal) => signal.active);
  for (const signal of active.length > 0 ? active : incident.signals) {
    for (const [cause, weight] of votesOf(signal)) votes[cause] = (votes[cause] ?? 0) + weight;
  }
  if (root !== undefined) return { cause: 'dependency', rootService: root, votes };
  const best = Math.max(0, ...Object.values(votes));
  const cause = best === 0 ? 'unknown' : (order.find((name) => votes[name] === best) ?? 'unknown');
  return { cause, votes };
}

function votesOf(signal: Signal): (readonly [CauseCategory, number])[] {
  if (signal.failingCheckTypes?.includes('process_running') === true) return [['application', 3]];
  const names = [signal.metric ?? '', ...(signal.failingChecks ?? []), ...(signal.failingCheckTypes ?? [])];
  const heard = new Set(names.flatMap(tokensOf));
  return order.flatMap((cause) => {
    const count = words[cause].filter((word) => heard.has(word)).length;
    return count === 0 ? [] : [[cause, Math.min(2, count)] as const];
  });
}

/** `http_requests.errorRate` → http, requests, error, rate. */
export function tokensOf(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== '');
}
