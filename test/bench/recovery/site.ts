import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { intervalMs } from './side.ts';

/** Writes a configuration of one service that is restarted when it is down. Everything that is not said is at its default. */
export function writePatientSite(dir: string, port: number): string {
  mkdirSync(dir, { recursive: true });
  const interval = `${intervalMs}ms`;
  const check = { service: 'patient', interval };
  const patient = {
    id: 'patient-1',
    process: {
      pid_file: join(dir, 'patient.pid'),
      log_file: join(dir, 'patient.log'),
      start_command: [process.execPath, resolve('deploy/demo/patient.mjs')],
      env: { PATIENT_PORT: String(port) },
    },
  };
  const configuration = {
    version: 1,
    environment: 'test',
    playbooks: ['restart.yaml'],
    services: [{ name: 'patient', kind: 'api_services', instances: [patient] }],
    checks: [
      { ...check, name: 'http', type: 'http_endpoint', url: `http://127.0.0.1:${port}/health`, expected_status: 200 },
      { ...check, name: 'process', type: 'process_running' },
    ],
    // So many faults in an hour are what is measured here, and no reason to leave the target alone.
    health: { flapping: { returns: 10_000, within: '1h' } },
    collector: { otlp: { host: '127.0.0.1', port: 0 }, partitions: 1 },
    console: { host: '127.0.0.1', port: 0 },
  };
  writeFileSync(join(dir, 'restart.yaml'), stringify(playbook));
  const configFile = join(dir, 'cortex.yaml');
  writeFileSync(configFile, stringify(configuration));
  return configFile;
}

const playbook = {
  playbook_id: 'patient-restart-001',
  name: 'Restart what is down',
  version: '1.0.0',
  category: 'application',
  severity: 'high',
  trigger: { condition: 'health_state == "UNHEALTHY"' },
  remediation_steps: [{ step: 1, name: 'Restart the process', action: 'restart_service', timeout: '20s' }],
  verification: { retry: 3, health_checks: { duration: '1s' } },
  rollback: { available: true, reason: 'Makes sure that the service is running' },
  safety: { max_retries: 1, require_approval: false, blast_radius: 'single_host' },
};
