import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { CortexConfiguration, draft, escalationRequested } from '@cortex/contracts';
import type { EscalationPolicy, EventData } from '@cortex/contracts';
import { loadConfiguration, readEnvironment, startService } from '@cortex/service';
import type { StartedService } from '@cortex/service';
import { silentLogger, startHttpReceiver } from '@cortex/testing';
import type { HttpReceiver, TemporaryFolder, TestNats } from '@cortex/testing';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { startEscalator } from '../app.ts';

/** Short enough for a test, in the proportions of the product. */
const limits = {
  retry: { baseMs: 200, capMs: 1_000, maxAttempts: 20 },
  claimMs: 11_000,
};

/** Where the people of the test read pages from. */
export const consoleUrl = 'https://cortex.example.org/console';

const restartPlaybook = `
playbook_id: restart
name: Restart a dead service
version: 1.0.0
category: application
severity: high
trigger: { condition: health_state == "UNHEALTHY" }
remediation_steps:
  - { step: 1, name: start it, action: restart_service, pid_file: /run/shop.pid }
`;

/** A provisioned NATS server and a folder, both of the test's own. */
interface Ground {
  readonly nats: Pick<TestNats, 'url' | 'stop'>;
  readonly folder: TemporaryFolder;
}

/** A page as the receiver got it. */
interface ReceivedPage {
  readonly atMs: number;
  readonly key: string;
  readonly level: number;
  readonly kind: string;
  readonly contact: string;
  /** As it came. */
  readonly body: string;
}

/** Real NATS, a real receiver, and the other services' events. */
export class EscalatorFixture<Nats extends Ground['nats'] = TestNats> {
  readonly nats: Nats;
  readonly receiver: HttpReceiver;
  readonly folder: Ground['folder'];
  /** Speaks for decision and the console. */
  readonly bus: Bus;
  readonly #services: StartedService[] = [];

  static async start<Nats extends Ground['nats']>({
    nats,
    folder,
  }: Ground & { readonly nats: Nats }): Promise<EscalatorFixture<Nats>> {
    const bus = await connectBus({ servers: nats.url, source: '/cortex/decision', name: 'test', logger: silentLogger });
    return new EscalatorFixture({ nats, folder }, await startHttpReceiver(), bus);
  }

  private constructor({ nats, folder }: Ground & { readonly nats: Nats }, receiver: HttpReceiver, bus: Bus) {
    this.nats = nats;
    this.receiver = receiver;
    this.folder = folder;
    this.bus = bus;
  }

  get pages(): readonly ReceivedPage[] {
    return this.receiver.requests.map(({ atMs, body }) => {
      const { dedupeKey, level, kind, contact } = JSON.parse(body);
      return { atMs, key: dedupeKey, level, kind, contact, body };
    });
  }

  /** The configuration as a user writes it: level n goes to `contact<n>` after `delays[n - 1]`. */
  writeConfiguration(delays: readonly string[]): string {
    const path = join(this.folder.path, 'cortex.yaml');
    writeFileSync(join(this.folder.path, 'restart.yaml'), restartPlaybook);
    const contacts = delays.map(
      (_, index) =>
        `    - { name: contact${index + 1}, channels: [{ type: webhook, url: "${this.receiver.url}/${index + 1}", timeout_ms: 2000 }] }`,
    );
    const levels = delays.map(
      (delay, index) =>
        `        - { level: ${index + 1}, delay: ${delay}, ${index === 0 ? '' : 'condition: not_acknowledged, '}notify: contact${index + 1} }`,
    );
    writeFileSync(
      path,
      [
        'version: 1',
        'environment: test',
        'playbooks: [restart.yaml]',
        'services:',
        '  - { name: shop, instances: [{ id: shop-1 }] }',
        `console: { public_url: "${consoleUrl}" }`,
        'escalation:',
        '  hold: { SEV1: 0s }',
        '  contacts:',
        ...contacts,
        '  policies:',
        '    - name: all',
        '      escalation_chain:',
        ...levels,
        '',
      ].join('\n'),
    );
    return path;
  }

  environment(): Record<string, string> {
    return {
      CORTEX_CONFIG: join(this.folder.path, 'cortex.yaml'),
      CORTEX_NATS_URL: this.nats.url,
      CORTEX_DATA_DIR: join(this.folder.path, 'data'),
      CORTEX_LOG_LEVEL: 'warn',
      CORTEX_DRAIN_MS: '3000',
    };
  }

  /** The escalator inside this process, with delays in milliseconds. */
  async startService(
    delaysMs: readonly number[],
    edit: (yaml: string) => string = (yaml) => yaml,
  ): Promise<StartedService> {
    const file = this.writeConfiguration(delaysMs.map(() => '0s'));
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
    const environment = readEnvironment(this.environment());
    const written = await loadConfiguration(environment.CORTEX_CONFIG);
    const policies = written.escalationPolicies.map((policy): EscalationPolicy => ({
      ...policy,
      chain: policy.chain.map((level, index) => ({ ...level, delayMs: delaysMs[index] ?? 0 })),
    }));
    const config = CortexConfiguration.parse({ ...written, escalationPolicies: policies });
    const definition = {
      name: 'escalator',
      start: (context) => startEscalator(context, limits),
    } as const satisfies Parameters<typeof startService>[0];
    const service = await startService(definition, { environment, config, logger: pino({ level: 'fatal' }) });
    this.#services.push(service);
    return service;
  }

  request(incidentId: string, changes: Partial<EventData<'escalation.requested'>> = {}): Promise<unknown> {
    return this.bus.publish(
      draft(escalationRequested, {
        service: 'shop',
        incidentId,
        data: {
          escalationId: `escalation-${incidentId}`,
          incidentId,
          service: 'shop',
          severity: 'SEV1',
          title: 'shop is down',
          reason: 'remediation failed',
          details: '',
          notify: [],
          urgent: false,
          requestedAt: new Date().toISOString(),
          ...changes,
        },
      }),
    );
  }

  async stop(): Promise<void> {
    for (const service of this.#services) await service.stop();
    await this.bus.drain(2_000);
    await this.receiver.stop();
    await this.nats.stop();
    this.folder.remove();
  }
}
