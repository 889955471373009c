import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

export const benchMetric = 'bench';
const benchPlaybook = 'bench-001';

export interface BenchSiteOptions {
  readonly dir: string;
  readonly services: number;
  readonly verification?: Readonly<Record<string, unknown>>;
}

export function serviceName(index: number): string {
  return `bench-${String(index).padStart(5, '0')}`;
}

export function instanceName(index: number): string {
  return `${serviceName(index)}-1`;
}

/** Writes a configuration of many services with one instance each, and one playbook whose action changes nothing. */
export function writeBenchSite(options: BenchSiteOptions): string {
  const plugins = join(options.dir, 'plugins');
  const playbooks = join(options.dir, 'playbooks');
  for (const folder of [plugins, playbooks]) mkdirSync(folder, { recursive: true });
  const action = 'bench_no_op.action.mjs';
  copyFileSync(resolve('test/bench/support', action), join(plugins, action));
  writeFileSync(join(playbooks, 'bench.yaml'), stringify(playbook(options.verification)));
  const configFile = join(options.dir, 'cortex.yaml');
  writeFileSync(configFile, stringify(configuration(options.services)));
  return configFile;
}

function configuration(services: number): unknown {
  return {
    version: 1,
    environment: 'test',
    playbooks: ['playbooks/*.yaml'],
    plugins: ['plugins'],
    services: Array.from({ length: services }, (_, index) => ({
      name: serviceName(index),
      instances: [{ id: instanceName(index) }],
    })),
    safety: { storm: { min_services: services + 1 }, max_attempts: 3 },
    collector: { otlp: { host: '127.0.0.1', port: 0 }, partitions: 1 },
    console: { host: '127.0.0.1', port: 0 },
  };
}

function playbook(verification: BenchSiteOptions['verification']): unknown {
  return {
    playbook_id: benchPlaybook,
    name: 'Do nothing and say when',
    version: '1.0.0',
    category: 'application',
    severity: 'high',
    trigger: { condition: `anomaly_metric == "${benchMetric}"` },
    remediation_steps: [{ step: 1, name: 'Do nothing', action: 'bench_no_op', timeout: '10s' }],
    verification: verification ?? { wait_time: '1h' },
    rollback: { available: false, reason: 'Nothing was done' },
    safety: { max_retries: 1, require_approval: false, blast_radius: 'single_host' },
  };
}
