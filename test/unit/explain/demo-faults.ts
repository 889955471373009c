import type { Incident, Playbook } from '@cortex/contracts';
import { parseConfiguration } from '@cortex/config';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Scenario } from '@cortex/decision/testing';

const folder = join(import.meta.dirname, '../../../deploy/demo');

/** What `cortex demo` fills in, with ports and folders that are the same in every run. */
const values: Readonly<Record<string, string>> = {
  NODE: '/usr/bin/node',
  PATIENT: '/demo/patient.mjs',
  SHOP_PORT: '18080',
  LEDGER_PORT: '18081',
  OTLP_PORT: '14318',
  LEDGER_DATA: '/demo/ledger.json',
  PAGE_URL: 'http://127.0.0.1:18082/page',
  DISK: '/demo/disk',
  DISKS: '[{ path: /demo/disk, service: spool, instance: spool-1 }]',
};

function readTemplate(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/\$\{([A-Z_]+)\}/g, (match, name: string) => values[name] ?? match);
}

function demoScenario(): Scenario {
  const result = parseConfiguration({
    entry: join(folder, 'cortex.yaml'),
    readFile: readTemplate,
    listFiles: (pattern) => {
      const under = pattern.slice(0, pattern.lastIndexOf('/'));
      return readdirSync(under).map((name) => join(under, name));
    },
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { services, playbooks, safety, environment } = result.configuration;
  return new Scenario({ services, playbooks, safety }).know({ environment });
}

/** The steps of the playbook as the executor tells of them when all went well. */
function stepsOf(scenario: Scenario, playbook: Playbook | undefined) {
  const targets = scenario.incident.attempts.at(-1)?.targets ?? [];
  return targets.flatMap((target) =>
    (playbook?.steps ?? []).map(({ step, name, action }) => ({
      step,
      name,
      action,
      target,
      outcome: 'succeeded' as const,
      attempts: 1,
      startedAt: scenario.now,
      durationMs: 900,
      detail: `${target.instance}: done`,
      inferred: false,
    })),
  );
}

function runs(scenario: Scenario): Scenario {
  const playbookId = scenario.incident.attempts.at(-1)?.playbookId;
  const playbook = scenario.facts.playbooks.find((one) => one.id === playbookId);
  scenario.wait(100);
  return scenario.completed('succeeded', { steps: stepsOf(scenario, playbook), reason: 'every step succeeded' });
}

function isProved(scenario: Scenario): Scenario {
  scenario.wait(4_000);
  return scenario.verified('SUCCESS', { reason: 'all 3 findings pass' });
}

function killedService(): Scenario {
  const scenario = demoScenario()
    .health('shop-1', 'DEGRADED', ['process_running', 'tcp_port'])
    .wait(500)
    .health('shop-1', 'UNHEALTHY', ['process_running', 'tcp_port', 'http_endpoint']);
  return isProved(runs(scenario)).wait(100).health('shop-1', 'HEALTHY');
}

function memoryLeak(): Scenario {
  const leak = {
    anomalyId: 'leak-1',
    metric: 'process_memory_bytes',
    value: 190_000_000,
    severity: 'medium' as const,
    explanation: 'process_memory_bytes of shop-1 is 190000000, far above what is usual',
  };
  const scenario = demoScenario()
    .anomaly(leak)
    .wait(1_000)
    .anomaly({ ...leak, value: 240_000_000 }, 'anomaly.updated');
  return isProved(runs(scenario)).wait(100).cleared('leak-1');
}

function fullDisk(): Scenario {
  const scenario = demoScenario().anomaly({
    anomalyId: 'disk-1',
    kind: 'threshold',
    service: 'spool',
    instance: 'spool-1',
    value: 92,
    triggers: ['disk-space-cleanup-001'],
    explanation: 'disk_usage_percent > 85 has held for 2 s',
  });
  return isProved(runs(scenario));
}

/** A restart cannot mend it: rolled back, and a human is paged. */
function damagedFile(): Scenario {
  const scenario = demoScenario()
    .health('ledger-1', 'DEGRADED', ['http_endpoint'], 'ledger')
    .wait(500)
    .health('ledger-1', 'UNHEALTHY', ['http_endpoint'], 'ledger');
  runs(scenario).wait(7_000).verified('FAILED', { reason: 'no improvement: ledger-http (500, expected 200)' });
  scenario.wait(900).rolledBack('succeeded').wait(2_000).acknowledge('demo');
  return scenario.wait(5_000).health('ledger-1', 'HEALTHY', [], 'ledger').due('quiet');
}

/** The four faults of `npm run demo`, by what breaks: the same events in the same order, with its own configuration. */
export const demoFaults: Readonly<Record<string, () => Incident>> = {
  'killed service': () => killedService().incident,
  'memory leak': () => memoryLeak().incident,
  'full disk': () => fullDisk().incident,
  'damaged file': () => damagedFile().incident,
};
