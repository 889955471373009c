import { connectBus, type Bus } from '@cortex/bus';
import {
  bundleApp,
  silentLogger,
  startApp,
  startProvisionedNats,
  temporaryFolder,
  type ProvisionedNats,
  type TestProcess,
} from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const apps = ['collector', 'detector', 'decision'] as const;

/** A nats-server, a bus to listen on, and the services that a test starts. */
export class Pipeline {
  readonly nats: ProvisionedNats;
  readonly bus: Bus;
  readonly #folder = temporaryFolder('cortex-detector-');
  readonly #processes: TestProcess[] = [];
  #collectorUrl = '';

  private constructor(nats: ProvisionedNats, bus: Bus, configuration: string) {
    this.nats = nats;
    this.bus = bus;
    writeFileSync(join(this.#folder.path, 'cortex.yaml'), configuration);
  }

  /** `configuration` is the YAML of all services. */
  static async start(configuration: string): Promise<Pipeline> {
    await Promise.all(apps.map((app) => bundleApp(join(root, 'apps', app))));
    const nats = await startProvisionedNats();
    const options = { servers: nats.url, source: '/cortex/detector', name: 'test', logger: silentLogger } as const;
    return new Pipeline(nats, await connectBus(options), configuration);
  }

  start(app: (typeof apps)[number], instance: string = app): TestProcess {
    const started = startApp(join(root, 'apps', app), {
      natsUrl: this.nats.url,
      folder: this.#folder.path,
      env: { CORTEX_HTTP_PORT: '0', CORTEX_INSTANCE: instance },
    });
    this.#processes.push(started);
    return started;
  }

  /** Resolves when the collector accepts data. */
  async startCollector(): Promise<TestProcess> {
    const collector = this.start('collector');
    const { port } = JSON.parse(await collector.waitForLine('"otlp listening"', 40_000)) as { port: number };
    this.#collectorUrl = `http://127.0.0.1:${port}`;
    return collector;
  }

  /** Posts to the collector, which must take all of it. */
  async post(path: '/v1/metrics' | '/v1/logs' | '/v1/traces', body: unknown): Promise<void> {
    const response = await fetch(`${this.#collectorUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (response.status !== 200 || answer !== '{}') throw new Error(`${path} answered ${response.status}: ${answer}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    await this.bus.drain(1_000);
    await this.nats.stop();
    this.#folder.remove();
  }
}

/** The attributes of a resource in OTLP/JSON. */
export function resourceOf(service: string, instance = `${service}-1`) {
  const attributes = Object.entries({ 'service.name': service, 'service.instance.id': instance });
  return { attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })) };
}
