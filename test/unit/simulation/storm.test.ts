import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import type { Page } from '@cortex/channels';
import { parseConfiguration } from '@cortex/config';
import {
  anomalyDetected,
  draft,
  escalationRequested,
  healthChanged,
  incidentBucket,
  remediationRequested,
} from '@cortex/contracts';
import type { AppName, CortexEvent, EventData, Incident } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { startDecision } from '@cortex-app/decision/app';
import { startEscalator } from '@cortex-app/escalator/app';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { pluginsOf } from './plugins/plugins.ts';
import { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';

const services = Array.from({ length: 100 }, (_, index) => `s-${index}`);
const manyServices = Array.from({ length: 1_000 }, (_, index) => `s-${index}`);
const minute = 60_000;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A hundred services, two replicas of decision and an escalator, with the settings of a user who set none. */
class Storm {
  readonly scheduler = new Scheduler();
  readonly server = new MemoryServer({ runtime: this.#runtime('server') });
  readonly pages: (Page & { readonly atMs: number })[] = [];
  readonly #config: ServiceContext['config'];
  bus!: Bus;

  private constructor(names: readonly string[]) {
    this.#config = configuration(names);
  }

  static async begin(names: readonly string[]): Promise<Storm> {
    const storm = new Storm(names);
    storm.bus = storm.#connect('health-checker', 'test');
    await storm.#start('decision', 'decision-1', startDecision);
    await storm.#start('decision', 'decision-2', startDecision);
    await storm.#start('escalator', 'escalator', (context) => {
      const { runtime } = context;
      const plugins = pluginsOf({
        runtime,
        deliver: (page: Page) => storm.pages.push({ ...page, atMs: storm.scheduler.nowMs }) > 0,
      } as unknown as Parameters<typeof pluginsOf>[0]);
      return startEscalator(context, undefined, plugins);
    });
    return storm;
  }

  startDecision(name: string): Promise<void> {
    return this.#start('decision', name, startDecision);
  }

  async tell(to: 'CRITICAL' | 'HEALTHY', ...names: readonly string[]): Promise<void> {
    await this.#until(Promise.all(names.map((service) => this.#publishHealth(service, to))));
  }

  async #publishHealth(service: string, to: 'CRITICAL' | 'HEALTHY'): Promise<void> {
    const target = { service, instance: service };
    const since = this.scheduler.now;
    const failing =
      to === 'HEALTHY'
        ? []
        : [
            {
              check: 'up',
              type: 'process_up',
              tier: 'shallow' as const,
              target,
              result: 'fail' as const,
              attempts: 1,
              durationMs: 1,
              detail: 'down',
              observedAt: since,
            },
          ];
    const data: EventData<'health.changed'> = {
      target,
      from: 'HEALTHY',
      to,
      since,
      failing,
      flapping: false,
      dependenciesDown: [],
      reason: `${service} is ${to}`,
    };
    await this.bus.publish(draft(healthChanged, { service, data }));
  }

  async anomaly(service: string, number: number): Promise<void> {
    const at = this.scheduler.now;
    const data: EventData<'anomaly.detected'> = {
      anomalyId: `${service}-${number}`,
      kind: 'metric',
      service,
      instance: service,
      metric: `metric_${number}`,
      labels: {},
      value: 91,
      score: 0.9,
      severity: 'high',
      harm: { kind: 'limit', reason: 'it is above its limit' },
      components: {},
      algorithms: [],
      direction: 'up',
      triggers: [],
      startedAt: at,
      observedAt: at,
      explanation: 'far above',
    };
    await this.#until(this.bus.publish(draft(anomalyDetected, { service, data })));
  }

  run(ms: number): Promise<void> {
    return this.scheduler.runUntil(this.scheduler.nowMs + ms, () => false);
  }

  events<Type extends 'remediation.requested' | 'escalation.requested'>(type: Type): CortexEvent<Type>[] {
    const stream = type === 'remediation.requested' ? remediationRequested.stream : escalationRequested.stream;
    return [...this.server.messages(stream)]
      .map(({ data }) => JSON.parse(new TextDecoder().decode(data)) as CortexEvent<Type>)
      .filter((event) => event.type === type);
  }

  async openIncidents(): Promise<readonly string[]> {
    return (await this.incidents()).filter(({ status }) => status !== 'resolved').map(({ service }) => service);
  }

  async incidents(): Promise<readonly Incident[]> {
    const bucket = await this.#until(this.bus.bucket(incidentBucket));
    const entries = await this.#until(bucket.entries());
    return entries.map(({ value }) => value.incident);
  }

  async #until<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    void promise.finally(() => (isSettled = true)).catch(() => undefined);
    await this.scheduler.runUntil(this.scheduler.nowMs + minute, () => isSettled);
    return promise;
  }

  #runtime(name: string): Runtime {
    const { scheduler } = this;
    const random = new Random(name);
    return {
      now: () => new Date(scheduler.nowMs),
      monotonicMs: () => scheduler.nowMs,
      uptimeMs: () => scheduler.nowMs,
      after: (ms, callback) => scheduler.after(Math.max(0, ms), callback),
      every(ms, callback) {
        let isOver = false;
        const again = (): void => {
          if (isOver) return;
          callback();
          scheduler.after(ms, again);
        };
        scheduler.after(ms, again);
        return { cancel: () => (isOver = true) };
      },
      random: random.next,
      randomBytes: random.bytes,
      nextTurn: () => new Promise((resolve) => scheduler.after(0, resolve)),
    };
  }

  #connect(app: AppName, name: string): Bus {
    const logger = pino({ level: 'silent' });
    return connectMemoryBus(this.server, { source: `/cortex/${app}`, name, logger, runtime: this.#runtime(name) });
  }

  async #start(app: AppName, name: string, start: (context: ServiceContext) => Promise<RunningApp>): Promise<void> {
    const running = await this.#until(
      start({
        name: app,
        instance: name,
        bus: this.#connect(app, name),
        config: this.#config,
        logger: pino({ level: 'silent' }),
        metrics: new Registry(),
        serveHttp: () => undefined,
        dataDir: '/nowhere',
        runtime: this.#runtime(name),
      }),
    );
    stops.push(() => this.#until(running.stop?.() ?? Promise.resolve()));
  }
}

function configuration(names: readonly string[]): ServiceContext['config'] {
  const playbook = [
    'playbook_id: restart',
    'name: Restart',
    'version: 1.0.0',
    'category: application',
    'severity: high',
    'trigger: { condition: \'"process_up" in failing_check_types\' }',
    'remediation_steps: [{ step: 1, name: Restart, action: restart, timeout: 20s }]',
    'verification: { immediate_timeout: 10s }',
    'rollback: { available: false, reason: a restart cannot be undone }',
  ].join('\n');
  const site = [
    'version: 1',
    'environment: production',
    'playbooks: [restart.yaml]',
    'services:',
    ...names.map((name) => `  - { name: ${name}, instances: [{ id: ${name} }], min_healthy: 0 }`),
    'escalation:',
    '  contacts: [{ name: ann, channels: [{ type: pager }] }]',
    '  policies: [{ name: All, escalation_chain: [{ level: 1, delay: 0s, notify: ann }] }]',
  ].join('\n');
  const result = parseConfiguration({
    entry: 'site.yaml',
    readFile: (path) => (path.endsWith('restart.yaml') ? playbook : site),
    listFiles: () => ['restart.yaml'],
    plugins: pluginsOf(undefined),
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.configuration;
}

test('100 services go down one after the other: a few are healed a minute, and people get one page for all of it', async () => {
  const storm = await Storm.begin(services);
  for (const service of services) {
    await storm.tell('CRITICAL', service);
    await storm.run(100);
  }
  await storm.run(30_000);
  expect(storm.events('remediation.requested')).toHaveLength(10);
  await storm.run(5 * minute);
  const begun = storm.events('remediation.requested').map(({ data }) => Date.parse(data.requestedAt));
  expect(mostWithinAMinute(begun)).toBeLessThanOrEqual(10);
  const firsts = storm.pages.filter(({ kind }) => kind === 'page');
  expect(firsts).toHaveLength(1);
  expect(firsts[0]).toMatchObject({
    service: 'cortex',
    severity: 'SEV1',
    reason: expect.stringMatching(/^\d+ services are in trouble/),
  });
  expect(storm.pages.filter(({ service }) => service !== 'cortex')).toEqual([]);

  await storm.tell('HEALTHY', ...services);
  await storm.run(10 * minute);
  expect(storm.pages.filter(({ kind }) => kind === 'resolved')).toMatchObject([{ service: 'cortex' }]);
  expect(await storm.openIncidents()).not.toContain('cortex');
});

test('replicas that decide in the same moment keep to the limits together, and so does one that has just started', async () => {
  const storm = await Storm.begin(services);
  await storm.tell('CRITICAL', ...services.slice(0, 30));
  await storm.run(5_000);
  expect(storm.events('remediation.requested')).toHaveLength(10);
  await storm.startDecision('decision-3');
  await storm.tell('CRITICAL', ...services.slice(30, 40));
  await storm.run(5_000);
  expect(storm.events('remediation.requested')).toHaveLength(10);
});

test('10,000 anomalies on 1,000 services within 10 s: none is lost, memory stays bounded, and people get one page', async () => {
  const storm = await Storm.begin(manyServices);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 10; number += 1) {
    for (const service of manyServices) await storm.anomaly(service, number);
    await storm.run(500);
  }
  await storm.run(2 * minute);
  const grownMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  const incidents = (await storm.incidents()).filter(({ service }) => service !== 'cortex');
  const signals = incidents.reduce((sum, incident) => sum + incident.signals.length, 0);
  process.stdout.write(
    `10,000 anomalies: ${incidents.length} incidents, ${signals} signals, ${grownMb.toFixed(0)} MB, ${storm.pages.length} pages\n`,
  );
  expect(incidents).toHaveLength(1_000);
  expect(signals).toBe(10_000);
  expect([...storm.server.messages('DEAD_LETTERS')]).toEqual([]);
  expect(storm.pages.filter(({ kind }) => kind === 'page')).toMatchObject([{ service: 'cortex' }]);
  expect(
    mostWithinAMinute(storm.events('remediation.requested').map(({ data }) => Date.parse(data.requestedAt))),
  ).toBeLessThanOrEqual(10);
  // The server keeps its streams and buckets in the same memory.
  expect(grownMb).toBeLessThan(1_000);
}, 300_000);

function mostWithinAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + minute).length));
}
