import type { Candidate } from './candidates.ts';

/** How a port is best asked. */
export type PortCheck =
  | { readonly port: number; readonly kind: 'http'; readonly path: string; readonly status: number }
  | { readonly port: number; readonly kind: 'tcp' };

/** A candidate with a check for each port. */
export interface Proposal extends Candidate {
  readonly checks: readonly PortCheck[];
}

/** These log a complaint, or worse, when somebody speaks HTTP to them. */
const notHttp =
  /postgres|redis|mysql|maria|mongo|memcached|ssh|nats|beam|rabbit|kafka|zookeeper|smtp|postfix|ldap|cups|resolve/i;
const patienceMs = 1_000;
/** Where programs say how they are, the usual first. */
const healthPaths = ['/health', '/healthz'];
/** What no program has: one that answers it well answers anything so. */
const nowhere = '/cortex-init-asks-for-what-is-not-there';

/** Asks each port for what a browser would ask; those that answer well are checked over HTTP. Without requests, none is. */
export async function propose(candidates: readonly Candidate[], mayAsk: boolean): Promise<readonly Proposal[]> {
  return Promise.all(
    candidates.map(async (candidate) => {
      const isSilent = !mayAsk || notHttp.test(candidate.name) || notHttp.test(candidate.about);
      const checks = candidate.ports.map((port) => (isSilent ? tcp(port) : findHttp(candidate.host, port)));
      return { ...candidate, checks: await Promise.all(checks) };
    }),
  );
}

function tcp(port: number): PortCheck {
  return { port, kind: 'tcp' };
}

/** The path that really answers; none that is answered by an error, for that would be checked for. */
async function findHttp(host: string, port: number): Promise<PortCheck> {
  const ask = (path: string): Promise<number | undefined> => statusOf(`http://${urlHost(host)}:${port}${path}`);
  const root = await ask('/');
  if (root === undefined) return tcp(port);
  for (const path of healthPaths) {
    if ((await ask(path)) !== 200) continue;
    if ((await ask(nowhere)) === 200) break;
    return { port, kind: 'http', path, status: 200 };
  }
  return root < 400 ? { port, kind: 'http', path: '/', status: root } : tcp(port);
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  }
}

export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
