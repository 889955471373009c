import { connectBus, type Bus } from '@cortex/bus';
import {
  controlChanged,
  draft,
  reloadBucket,
  reloadRequestKey,
  runningConfigurationBucket,
  type ReloadRequest,
  type RunningConfiguration,
} from '@cortex/contracts';
import { eventually, silentLogger, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Gauge } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { readConfiguration } from './load-configuration.ts';
import type { ServiceDefinition } from './ports.ts';
import { startReloadableService, type ReloadableService } from './reloadable-service.ts';

const folder = temporaryFolder();
const file = join(folder.path, 'cortex.yaml');
let nats: Awaited<ReturnType<typeof startProvisionedNats>>;
let bus: Bus;
let service: ReloadableService;

function write(instances: readonly string[], rest = ''): void {
  const list = instances.map((id) => `{ id: ${id} }`).join(', ');
  writeFileSync(file, `version: 1\nservices: [{ name: shop, instances: [${list}] }]\n${rest}`);
}

/** What the app did, in order. */
let seen: string[];
let release: () => void;

/** An app that shows which instances it knows, and takes as long for an event as the test wants. */
const definition: ServiceDefinition = {
  name: 'console',
  secretsIn: ({ contacts }) => contacts,
  async start(context) {
    const ids = context.config.services.flatMap(({ instances }) => instances.map(({ id }) => id)).join('+');
    if (ids.includes('cannot-start')) throw new Error('the port is taken');
    new Gauge({ name: 'cortex_test_generation', help: 'x', registers: [context.metrics] }).set(ids.length);
    context.serveHttp((_request, response) => void response.end(ids));
    await context.bus.consume({
      consumer: 'reload-test',
      event: controlChanged,
      ackWaitMs: 2_000,
      async handle() {
        seen.push(`begun by ${ids}`);
        await new Promise<void>((resolve) => (release = resolve));
        seen.push(`ended by ${ids}`);
        return [];
      },
    });
    seen.push(`started ${ids}`);
    return { stop: async () => void seen.push(`stopped ${ids}`) };
  },
};

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'reload-test', logger: silentLogger });
}, 60_000);
afterAll(async () => {
  await bus?.drain(1_000);
  await nats?.stop();
  folder.remove();
});

beforeEach(async () => {
  seen = [];
  release = () => undefined;
  write(['shop-1']);
  const environment = readEnvironment({
    CORTEX_NATS_URL: nats.url,
    CORTEX_CONFIG: file,
    CORTEX_DATA_DIR: folder.path,
    CORTEX_INSTANCE: 'host.example',
  });
  service = await startReloadableService(definition, {
    environment,
    read: await readConfiguration(file),
    logger: pino({ level: 'silent' }),
  });
  return () => service.stop();
});

async function ask(step: ReloadRequest['step'], digest?: string): Promise<string> {
  const id = randomUUID();
  const wanted = digest ?? (await readConfiguration(file)).digest;
  const requests = await bus.bucket(reloadBucket);
  await requests.put(reloadRequestKey, { id, step, digest: wanted, by: 'ada', at: new Date().toISOString() });
  return id;
}

/** The record of the service once it has answered; a request that is under way is no answer yet. */
async function answerTo(id: string): Promise<RunningConfiguration | undefined> {
  const records = await bus.bucket(runningConfigurationBucket);
  let answer: RunningConfiguration | undefined;
  await eventually(
    async () => {
      const own = (await records.entries()).map(({ value }) => value);
      answer = own.find(({ reload }) => reload?.id === id && reload.outcome !== 'under_way');
      return answer !== undefined;
    },
    { timeoutMs: 20_000 },
  );
  return answer;
}

const page = async (): Promise<string> => (await fetch(`http://127.0.0.1:${service.port}/`)).text();

describe('a service that is asked to take a changed configuration', () => {
  it('does so in the same process, on the same port, with metrics that begin anew', async () => {
    expect(await page()).toBe('shop-1');
    write(['shop-1', 'shop-2']);
    expect(await answerTo(await ask('check'))).toMatchObject({ reload: { outcome: 'ready' } });
    expect(await page()).toBe('shop-1');
    const digest = (await readConfiguration(file)).digest;
    expect(await answerTo(await ask('take'))).toMatchObject({ digest, reload: { outcome: 'applied' } });
    expect(await page()).toBe('shop-1+shop-2');
    const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    expect(metrics).toMatch(/cortex_test_generation\{service="console"\} 13/);
    expect(metrics.match(/^cortex_build_info/gm)).toHaveLength(1);
    expect(seen).toEqual(['started shop-1', 'stopped shop-1', 'started shop-1+shop-2']);
  });

  it('refuses one that needs a secret which it cannot read, unless it could not read it before', async () => {
    const secret = 'CORTEX_TEST_RELOAD_SECRET';
    const headers = `{ authorization: 'Bearer {{env:${secret}}}' }`;
    const contacts = `escalation: { contacts: [{ name: ann, channels: [{ type: webhook, headers: ${headers} }] }] }\n`;
    write(['shop-1'], contacts);
    expect(await answerTo(await ask('check'))).toMatchObject({
      reload: { outcome: 'refused', reason: `the secret env:${secret} cannot be read: the variable is not set` },
    });
    process.env[secret] = 'x';
    expect(await answerTo(await ask('take'))).toMatchObject({ reload: { outcome: 'applied' } });
    delete process.env[secret];
    write(['shop-1', 'shop-2'], contacts);
    expect(await answerTo(await ask('check'))).toMatchObject({ reload: { outcome: 'ready' } });
  });

  it('first ends what is under way, and nothing of it is done twice', async () => {
    const data = { control: 'kill_switch' as const, on: false, by: 'ada', reason: 'x', at: new Date().toISOString() };
    await bus.publish(draft(controlChanged, { service: 'cortex', data }));
    await eventually(() => seen.includes('begun by shop-1'), { timeoutMs: 10_000 });
    write(['shop-2']);
    const id = await ask('take');
    await eventually(async () => (await fetch(`http://127.0.0.1:${service.port}/`)).status === 503, {
      timeoutMs: 10_000,
    });
    expect(seen).toEqual(['started shop-1', 'begun by shop-1']);
    release();
    expect(await answerTo(id)).toMatchObject({ reload: { outcome: 'applied' } });
    expect(seen).toEqual(['started shop-1', 'begun by shop-1', 'ended by shop-1', 'stopped shop-1', 'started shop-2']);
  });

  it('keeps what it runs when the files are invalid, and says why', async () => {
    write(['shop-1'], 'safety: { hold_retry: soon }\n');
    for (const step of ['check', 'take'] as const) {
      const { reload } = (await answerTo(await ask(step, 'a'.repeat(64)))) ?? {};
      expect(reload?.outcome).toBe('refused');
      expect(reload?.reason).toMatch(/cortex\.yaml:3:\d+ {2}CORTEX_CONFIG_BAD_DURATION/);
    }
    expect(await page()).toBe('shop-1');
    expect(seen).toEqual(['started shop-1']);
  });

  it('takes no other files than those that were validated', async () => {
    write(['shop-1', 'shop-3']);
    const { reload } = (await answerTo(await ask('take', 'b'.repeat(64)))) ?? {};
    expect(reload).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('are not those that were validated'),
    });
    expect(seen).toEqual(['started shop-1']);
  });

  it('goes back to the configuration before, when it cannot start with the new one', async () => {
    write(['cannot-start']);
    const answer = await answerTo(await ask('take'));
    expect(answer?.reload).toMatchObject({ outcome: 'refused', reason: 'the port is taken' });
    expect(await page()).toBe('shop-1');
    expect(seen).toEqual(['started shop-1', 'stopped shop-1', 'started shop-1']);
  });

  it('says so when it runs these files already', async () => {
    expect(await answerTo(await ask('take'))).toMatchObject({ reload: { outcome: 'unchanged' } });
    expect(seen).toEqual(['started shop-1']);
  });

  it('leaves no record behind when it stops', async () => {
    await service.stop();
    expect(await (await bus.bucket(runningConfigurationBucket)).entries()).toEqual([]);
  });
});
