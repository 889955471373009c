import type {
  ApiException,
  CoreV1Api,
  AppsV1Api,
  ConfigurationOptions,
  ObservableMiddleware,
} from '@kubernetes/client-node';
import { causeOf } from '../cause-of.ts';

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

/** `accept` asks for another form of answer than the whole object. Loads the client only here: it takes most of a second and 80 MB, which only those need to pay who use it. */
export async function openCluster(access: ClusterAccess, signal: AbortSignal, accept?: string): Promise<Cluster> {
  const { AppsV1Api, CoreV1Api, KubeConfig, Observable } = await import('@kubernetes/client-node');
  signal.throwIfAborted();
  const config = new KubeConfig();
  if (access.kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(access.kubeconfig);
  if (access.context !== undefined) config.setCurrentContext(access.context);
  if (config.getCurrentCluster() === null) throw new Error('the kubeconfig names no cluster for this context');
  const middleware: ObservableMiddleware = {
    pre: (request) => {
      request.setSignal(signal);
      if (accept !== undefined) request.setHeaderParam('Accept', accept);
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
  const call: ConfigurationOptions = { middleware: [middleware], middlewareMergeStrategy: 'append' };
  return { apps: config.makeApiClient(AppsV1Api), core: config.makeApiClient(CoreV1Api), call };
}

/** The HTTP status of a refusal; undefined when the API server was not even reached. */
export function statusOf(error: unknown): number | undefined {
  return isApiException(error) ? error.code : undefined;
}

/** Why the API server gave no answer. Its own words, without headers and body. */
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
