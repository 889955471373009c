import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startServiceProcess, type ServiceName, type ServiceProcess } from '@cortex/local-stack';
import {
  freePort,
  layTcpCable,
  startHttpReceiver,
  temporaryFolder,
  type HttpReceiver,
  type TcpCable,
  type TestNats,
} from '@cortex/testing';
import { stringify } from 'yaml';
import { startCortex, type Cortex } from '../../system/support/cortex.ts';
import type { LoggedEvent } from '../../system/support/event-log.ts';
import type { Adapt } from '../../system/support/site.ts';
import { publishAgain } from './raw-messages.ts';
import { sampleHealth, type HealthSample } from './health-samples.ts';
import { pagesOf, type ReceivedPage } from './pages.ts';
import { restartPlaybook } from './playbook.ts';

/** Beside those of the tests of the whole: NATS of its own, so that it can be harmed, and witnesses that do not ask Cortex. */
/** The NATS of a site, whatever it is made of. */
export type SiteNats = Pick<TestNats, 'url' | 'port' | 'stop'>;

export interface FaultSite<Nats extends SiteNats = TestNats> extends Cortex {
  readonly nats: Nats;
  /** Between NATS and the services of {@link FaultSiteOptions.behindCable}. */
  readonly cable: TcpCable;
  /** A real webhook receiver, and what it was sent. */
  readonly receiver: HttpReceiver;
  readonly pages: readonly ReceivedPage[];
  readonly samples: readonly HealthSample[];
  /** When the kill switch was turned, as the API acknowledged it. */
  readonly switched: readonly Switched[];
  /** Spans in which nothing new may be begun. */
  readonly blind: readonly Span[];
  /** A request to the HTTP API, as people make it. */
  ask(method: 'GET' | 'POST' | 'PUT', path: string, wish?: unknown): Promise<{ status: number; body: unknown }>;
  turnKillSwitch(on: boolean): Promise<void>;
  /** Nothing new may be begun from now on, until the returned function is called. */
  nothingMayBegin(): () => void;
  /** Delivers an event once more, as another message. */
  publishAgain(event: LoggedEvent): Promise<void>;
  /** Ends a service for good. */
  down(name: ServiceName): Promise<void>;
  /** Starts one more process of a service. */
  up(name: ServiceName, options?: UpOptions): Promise<ServiceProcess>;
}

export interface UpOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Start it again when it dies. Default: yes. */
  readonly restart?: boolean;
}

export interface Switched {
  readonly on: boolean;
  readonly atMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FaultSiteOptions<Nats extends SiteNats = TestNats> {
  readonly patients?: number;
  /** Default: one. */
  readonly instancesPerService?: number;
  readonly behindCable?: readonly ServiceName[] | 'all';
  readonly environmentOf?: (name: ServiceName) => Readonly<Record<string, string>>;
  readonly adapt?: Adapt;
  readonly playbooks?: readonly Record<string, unknown>[];
  /** Instead of one in a temporary folder. */
  readonly startNats?: () => Promise<Nats>;
  /** Copies of every stream, where NATS is a cluster. */
  readonly replicas?: number;
}

const ownFolder = resolve('test/faults/site');

export async function startFaultSite<Nats extends SiteNats>(
  options: FaultSiteOptions<Nats> & { readonly startNats: () => Promise<Nats> },
): Promise<FaultSite<Nats>> {
  const { behindCable = [], environmentOf = () => ({}), adapt = (plain) => plain } = options;
  const nats = await options.startNats();
  const cable = await layTcpCable(nats.port);
  const receiver = await startHttpReceiver();
  const playbooks = temporaryFolder('cortex-playbooks-');
  for (const [index, playbook] of (options.playbooks ?? [restartPlaybook()]).entries()) {
    writeFileSync(join(playbooks.path, `${index}.yaml`), stringify(playbook));
  }
  const cableUrl = `nats://127.0.0.1:${cable.port}`;
  const isBehind = (name: ServiceName): boolean => behindCable === 'all' || behindCable.includes(name);
  const more = (name: ServiceName): Readonly<Record<string, string>> => ({
    ...(isBehind(name) ? { CORTEX_NATS_URL: cableUrl } : {}),
    ...environmentOf(name),
  });
  const stopServers = async (): Promise<void> => {
    cable.close();
    await receiver.stop();
    await nats.stop();
    playbooks.remove();
  };
  let cortex: Cortex;
  try {
    cortex = await startCortex(options.patients ?? 2, {
      adapt: (plain) => adapt(withWitnesses(plain, receiver.url, playbooks.path)),
      natsUrl: nats.url,
      ...(options.instancesPerService === undefined ? {} : { instancesPerService: options.instancesPerService }),
      ...(options.replicas === undefined ? {} : { replicas: options.replicas }),
      environmentOf: more,
    });
  } catch (error) {
    await stopServers();
    throw error;
  }
  const health = sampleHealth(cortex.patients);
  const switched: Switched[] = [];
  const blind: { fromMs: number; toMs: number }[] = [];
  const extra: ServiceProcess[] = [];
  const own: Omit<FaultSite<Nats>, keyof Cortex> & Pick<Cortex, 'stop'> = {
    nats,
    cable,
    receiver,
    get pages() {
      return pagesOf(receiver.requests);
    },
    samples: health.samples,
    switched,
    blind,
    async ask(method, path, wish) {
      const answer = await fetch(`${cortex.stack.consoleUrl}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(wish === undefined ? {} : { body: JSON.stringify(wish) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    async turnKillSwitch(on) {
      const wish = { on, by: 'fault matrix', reason: 'to see whether it holds' };
      const { status, body } = await own.ask('PUT', '/kill-switch', wish);
      if (status !== 200) throw new Error(`the kill switch was not turned: ${status} ${JSON.stringify(body)}`);
      switched.push({ on, atMs: Date.now() });
    },
    nothingMayBegin() {
      const span = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
      blind.push(span);
      return () => void (span.toMs = Date.now());
    },
    publishAgain: (event) => publishAgain(nats.url, event),
    async down(name) {
      await cortex.stack.services.get(name)?.stop(2_000);
    },
    async up(name, { env = {}, restart = true } = {}) {
      const started = startServiceProcess({
        name,
        entry: join('apps', name, 'dist/main.js'),
        port: await freePort(),
        logFile: join(cortex.dir, 'stack/logs', `${name}-${extra.length}.log`),
        restart,
        env: {
          CORTEX_CONFIG: cortex.configFile,
          CORTEX_NATS_URL: isBehind(name) ? cableUrl : nats.url,
          CORTEX_DATA_DIR: join(cortex.dir, 'stack/data'),
          CORTEX_INSTANCE: `replica-${extra.length}`,
          ...env,
        },
      });
      extra.push(started);
      await started.ready(30_000);
      return started;
    },
    async stop() {
      health.stop();
      await Promise.all(extra.map((process) => process.stop(2_000)));
      await cortex.stop();
      await stopServers();
    },
  };
  return Object.defineProperties(own as FaultSite<Nats>, gettersOf(cortex));
}

/** `stack`, `bus` and `log` are others after a restart of everything. */
function gettersOf(cortex: Cortex): PropertyDescriptorMap {
  const { stop: _, ...descriptors } = Object.getOwnPropertyDescriptors(cortex);
  return descriptors;
}

/** The action that tells its token, and a real receiver of pages. */
function withWitnesses(
  plain: Readonly<Record<string, unknown>>,
  pageUrl: string,
  playbooks: string,
): Record<string, unknown> {
  const channel = { type: 'webhook', url: `${pageUrl}/page` };
  return {
    ...plain,
    plugins: [ownFolder],
    playbooks: [join(playbooks, '*.yaml')],
    escalation: {
      hold: { SEV0: '0s', SEV1: '0s', SEV2: '0s', SEV3: '0s' },
      contacts: [{ name: 'on_call', channels: [channel] }],
      policies: [
        {
          name: 'All',
          escalation_chain: [
            { level: 1, delay: '0s', condition: 'always', notify: 'on_call' },
            { level: 2, delay: '8s', condition: 'not_acknowledged', notify: 'on_call' },
          ],
        },
      ],
    },
  };
}
