import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
  readonly [field: string]: unknown;
}

/** A stand-in for an API server: it serves objects as the real one does, well enough for an unmodified kubectl get. */
export interface TestKubernetes {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** A kubeconfig file for it. */
  readonly kubeconfig: string;
  /** The objects that it serves; may be changed at any time. */
  readonly objects: KubernetesObject[];
  /** The requested paths. */
  readonly asked: readonly string[];
  /** The bodies of its answers. */
  readonly sent: readonly string[];
  /** `frozen` answers no request. A number is the status of every answer. */
  mode: 'serving' | 'frozen' | number;
  stop(): Promise<void>;
  /** On the same port. */
  restart(): Promise<void>;
}

interface Resource {
  readonly kind: string;
  readonly group: string;
  readonly shortName: string;
}

const resources: Readonly<Record<string, Resource>> = {
  deployments: { kind: 'Deployment', group: '/apis/apps/v1', shortName: 'deploy' },
  statefulsets: { kind: 'StatefulSet', group: '/apis/apps/v1', shortName: 'sts' },
  daemonsets: { kind: 'DaemonSet', group: '/apis/apps/v1', shortName: 'ds' },
  pods: { kind: 'Pod', group: '/api/v1', shortName: 'po' },
  secrets: { kind: 'Secret', group: '/api/v1', shortName: '' },
};

export async function startKubernetes(): Promise<TestKubernetes> {
  const folder = temporaryFolder('cortex-kubernetes-');
  const token = randomUUID();
  const asked: string[] = [];
  const sent: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://server');
    asked.push(`${url.pathname}${url.search}`);
    if (self.mode === 'frozen') return;
    const [status, body] = answerTo(url, request.headers.authorization, request.headers.accept);
    const text = JSON.stringify(body);
    sent.push(text);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  };
  const answerTo = (url: URL, authorization?: string, accept = ''): readonly [number, object] => {
    if (typeof self.mode === 'number') return failure(self.mode, 'as the test wants it');
    if (authorization !== `Bearer ${token}`) return failure(401, 'Unauthorized');
    const discovery = discover(url.pathname);
    if (discovery !== undefined) return [200, discovery];
    // kubectl asks for the namespace when something in it is not found.
    const [, only] = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(url.pathname) ?? [];
    if (only !== undefined) return [200, { kind: 'Namespace', apiVersion: 'v1', metadata: { name: only } }];
    const match = /^(\/api\/v1|\/apis\/apps\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname);
    const [, group, namespace, plural = '', name] = match ?? [];
    const resource = Object.hasOwn(resources, plural) ? resources[plural] : undefined;
    if (resource === undefined || resource.group !== group) return failure(404, 'the server could not find it');
    const ofKind = self.objects.filter(
      ({ kind, metadata }) => kind === resource.kind && metadata.namespace === namespace,
    );
    const apiVersion = group.replace(/^\/apis?\//, '');
    if (name === undefined) {
      const selector = url.searchParams.get('labelSelector') ?? '';
      const items = ofKind
        .filter(({ metadata }) => selects(selector, metadata.labels ?? {}))
        .map((item) => ({ apiVersion, ...item }));
      return [200, { kind: `${resource.kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items }];
    }
    const found = ofKind.find(({ metadata }) => metadata.name === name);
    if (found === undefined) return failure(404, `${plural} "${name}" not found`);
    if (!accept.includes('as=PartialObjectMetadata')) return [200, { apiVersion, ...found }];
    return [200, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: found.metadata }];
  };
  const certificate = makeCertificate(new Date(Date.now() + 86_400_000));
  const listen = async (port: number) => {
    const server = createServer(certificate, answer);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return server;
  };

  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;
  const kubeconfig = join(folder.path, 'config');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': btoa(certificate.cert) } }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    }),
  );
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const self: TestKubernetes = {
    url,
    port,
    token,
    kubeconfig,
    objects: [],
    asked,
    sent,
    mode: 'serving',
    stop: close,
    restart: async () => {
      await close();
      server = await listen(port);
    },
  };
  return self;
}

function discover(path: string): object | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    const version = { groupVersion: 'apps/v1', version: 'v1' };
    const groups = [{ name: 'apps', versions: [version], preferredVersion: version }];
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  const served = Object.entries(resources).filter(([, { group }]) => group === path);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: path.replace(/^\/apis?\//, ''),
    resources: served.map(([name, { kind, shortName }]) => ({
      name,
      kind,
      singularName: kind.toLowerCase(),
      namespaced: true,
      verbs: ['get', 'list'],
      ...(shortName === '' ? {} : { shortNames: [shortName] }),
    })),
  };
}

/** `app=shop,tier in (a,b),!legacy` */
function selects(selector: string, labels: Readonly<Record<string, string>>): boolean {
  const terms = selector.match(/[^,(]+(?:\([^)]*\))?/g) ?? [];
  return terms.every((term) => {
    const set = /^(\S+) (in|notin) \((.*)\)$/.exec(term);
    if (set?.[1] !== undefined) {
      const isListed = (set[3] ?? '').split(',').includes(labels[set[1]] ?? '');
      return set[2] === 'in' ? isListed : !isListed;
    }
    if (term.startsWith('!')) return !Object.hasOwn(labels, term.slice(1));
    const [label = '', value] = term.split('=');
    return value === undefined ? Object.hasOwn(labels, label) : labels[label] === value;
  });
}

function failure(code: number, message: string): readonly [number, object] {
  return [code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code }];
}
