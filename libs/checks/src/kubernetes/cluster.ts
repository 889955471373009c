import { Agent } from 'node:http';
import { CortexError } from '@cortex/errors';
import type {
  ApiException,
  CoreV1Api,
  AppsV1Api,
  ConfigurationOptions,
  ObservableMiddleware,
  RequestContext,
} from '@kubernetes/client-node';
import { guardedTarget, OutboundRefusedError } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';
import { causeOf } from '../cause-of.ts';
import type { CheckContext } from '../define-check.ts';

export interface ClusterAccess {
  /** Default: KUBECONFIG, `~/.kube/config`, or the service account of the pod that this runs in. */
  readonly kubeconfig: string | undefined;
  /** Default: the current one. */
  readonly context: string | undefined;
}

export interface Cluster {
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
  /** Last argument of every call: ends it with the signal. */
  readonly call: ConfigurationOptions;
}

/**
 * `accept` requests another form of answer than the whole object. The client is loaded only here: loading takes most of
 * a second and 80 MB, which only its users should pay.
 */
export async function openCluster(
  access: ClusterAccess,
  { signal, outbound, redactor }: Pick<CheckContext, 'signal' | 'outbound' | 'redactor'>,
  accept?: string,
): Promise<Cluster> {
  const { AppsV1Api, CoreV1Api, KubeConfig, Observable } = await import('@kubernetes/client-node');
  signal.throwIfAborted();
  const config = new KubeConfig();
  if (access.kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(access.kubeconfig);
  if (access.context !== undefined) config.setCurrentContext(access.context);
  const server = config.getCurrentCluster();
  if (server === null)
    throw new CortexError('CORTEX_CHECK_NOT_MADE', 'the kubeconfig names no cluster for this context');
  const { token, password } = config.getCurrentUser() ?? {};
  for (const secret of [token, password]) if (secret) redactor.hide(secret);
  if (server.proxyUrl !== undefined) {
    throw new OutboundRefusedError('the kubeconfig names a proxy, behind which an address cannot be checked');
  }
  const middleware: ObservableMiddleware = {
    pre: (request) => {
      request.setSignal(signal);
      guardAgent(request, outbound);
      if (accept !== undefined) request.setHeaderParam('Accept', accept);
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
  const call: ConfigurationOptions = { middleware: [middleware], middlewareMergeStrategy: 'append' };
  return { apps: config.makeApiClient(AppsV1Api), core: config.makeApiClient(CoreV1Api), call };
}

/** The client makes an agent for each request; its look-ups are held to the policy. */
function guardAgent(request: RequestContext, outbound: OutboundPolicy): void {
  const { hostname } = new URL(request.getUrl());
  const agent = request.getAgent();
  const { lookup } = guardedTarget(hostname.replace(/^\[|\]$/g, ''), 0, outbound);
  if (!(agent instanceof Agent && 'options' in agent && typeof agent.options === 'object')) {
    throw new OutboundRefusedError('the connection to the API server cannot be guarded');
  }
  Object.assign(agent.options ?? {}, { lookup });
}

/** The HTTP status of a refusal; undefined when the API server was not even reached. */
export function statusOf(error: unknown): number | undefined {
  return isApiException(error) ? error.code : undefined;
}

/** Why the API server gave no usable answer, in its own words, without headers and body. */
export function refusalOf(error: unknown): string {
  const status = statusOf(error);
  if (status === undefined) return `the API server cannot be asked: ${causeOf(error)}`;
  if (status === 401) return 'the API server does not accept the credentials';
  if (status === 403) return 'the API server does not allow it: grant get on the workload and list on pods';
  return `the API server answered ${status}`;
}

function isApiException(error: unknown): error is ApiException<unknown> {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'body' in error;
}
