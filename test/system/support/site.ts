import { eventually, freePort } from '@cortex/testing';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { EventLog } from './event-log.ts';

/** One patient of a test: a real process that Cortex may restart. */
export interface Patient {
  readonly service: string;
  readonly instance: string;
  readonly port: number;
  readonly pidFile: string;
  /** One line for each of its starts, whoever started it. */
  readonly startsFile: string;
}

export interface Site {
  readonly dir: string;
  readonly configFile: string;
  readonly patients: readonly Patient[];
}

/** Makes another configuration of the one that the tests share. */
export type Adapt = (configuration: Record<string, unknown>) => Record<string, unknown>;

const patientFile = resolve('test/system/support/patient.mjs');

/** Writes a configuration whose times are small: trouble is seen within about a second, recovery is proved within one. */
export async function prepareSite(
  dir: string,
  patientCount: number,
  adapt: Adapt = (plain) => plain,
  instancesPerService = 1,
): Promise<Site> {
  const run = join(dir, 'run');
  mkdirSync(join(dir, 'playbooks'), { recursive: true });
  mkdirSync(run, { recursive: true });
  const patients: Patient[] = [];
  for (let index = 0; index < patientCount; index += 1) {
    const service = `patient${Math.floor(index / instancesPerService)}`;
    const instance = `${service}-${(index % instancesPerService) + 1}`;
    patients.push({
      service,
      instance,
      port: await freePort(),
      pidFile: join(run, `${instance}.pid`),
      startsFile: join(run, `${instance}.starts`),
    });
  }
  const configFile = join(dir, 'cortex.yaml');
  writeFileSync(configFile, stringify(adapt(configurationOf(patients))));
  writeFileSync(join(dir, 'playbooks', 'restart.yaml'), stringify(restartPlaybook));
  return { dir, configFile, patients };
}

/** The configuration of these patients as plain data. */
export function configurationOf(patients: readonly Patient[]): Record<string, unknown> {
  return {
    version: 1,
    environment: 'test',
    playbooks: ['playbooks/*.yaml'],
    services: patients.filter(isFirst).map(({ service }) => ({
      name: service,
      instances: patients
        .filter((patient) => patient.service === service)
        .map((patient) => ({
          id: patient.instance,
          port: patient.port,
          process: {
            pid_file: patient.pidFile,
            log_file: `${patient.pidFile}.log`,
            start_command: [process.execPath, patientFile],
            env: environmentOf(patient),
          },
        })),
    })),
    checks: patients.filter(isFirst).flatMap((patient) => [
      {
        ...shallow(patient, 'http'),
        type: 'http_endpoint',
        method: 'GET',
        path: '/health',
        expected_status: 200,
      },
      { ...shallow(patient, 'process'), type: 'process_running', check_method: 'pid_file' },
    ]),
    health: { recover_after: 1, flapping: { returns: 1000, within: '1m' } },
    safety: {
      hold_retry: '500ms',
      monitoring: '2s',
      settling: '2s',
      max_attempts: 10,
      storm: { ratio: 1, min_services: 1000, cooldown: '1s' },
      start_rate: { per_service: 1000, per_cluster: 1000, total: 1000 },
    },
    escalation: { contacts: [{ name: 'nobody', channels: [{ type: 'log' }] }] },
    collector: { otlp: { host: '127.0.0.1', port: 0 }, partitions: 1 },
  };
}

export const restartPlaybook = {
  playbook_id: 'restart-001',
  name: 'Restart a dead patient',
  version: '1.0.0',
  category: 'application',
  severity: 'high',
  trigger: {
    condition: 'health_state in ["UNHEALTHY", "CRITICAL"] AND "process_running" in failing_check_types',
    duration: '0s',
  },
  remediation_steps: [
    { step: 1, name: 'Restart the process', action: 'restart_service', wait_for_healthy: true, timeout: '20s' },
  ],
  verification: { wait_time: '0s', retry: 20, immediate_timeout: '10s', health_checks: { duration: '600ms' } },
  rollback: { available: false, reason: 'A restart has no undo' },
  escalation: { on_failure: true, notify: ['nobody'] },
  safety: { max_retries: 5, require_approval: false, blast_radius: 'single_host' },
};

/** Checks are of the service, and made of each of its instances. */
function isFirst(patient: Patient, index: number, all: readonly Patient[]): boolean {
  return all.findIndex(({ service }) => service === patient.service) === index;
}

function shallow(patient: Patient, kind: string): Record<string, unknown> {
  return {
    name: `${patient.service}-${kind}`,
    service: patient.service,
    interval: '1s',
    timeout: '900ms',
    retries: 1,
  };
}

function environmentOf(patient: Patient): Record<string, string> {
  return {
    PATIENT_PORT: String(patient.port),
    PATIENT_SERVICE: patient.service,
    PATIENT_INSTANCE: patient.instance,
    PATIENT_STARTS_FILE: patient.startsFile,
  };
}

/** Starts the patient as its init system would. */
export function startPatient(patient: Patient): void {
  const child = spawn(process.execPath, [patientFile], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...environmentOf(patient) },
  });
  child.unref();
  writeFileSync(patient.pidFile, `${child.pid}\n`);
}

/** How often the patient has been started, by anybody. */
export function startsOf(patient: Patient): number {
  try {
    return readFileSync(patient.startsFile, 'utf8').trim().split('\n').length;
  } catch {
    return 0;
  }
}

export function killPatient(patient: Patient): void {
  try {
    process.kill(Number(readFileSync(patient.pidFile, 'utf8').trim()), 'SIGKILL');
  } catch {
    // It is dead already.
  }
}

/** A patient that is still seen as sick would not open a new incident when it dies again. */
export async function untilHealthy(cortex: {
  readonly patients: readonly Patient[];
  readonly log: EventLog;
}): Promise<void> {
  await eventually(
    () =>
      cortex.patients.every(
        ({ service }) =>
          cortex.log.of('health.checked', service).at(-1)?.data['result'] === 'pass' &&
          cortex.log.of('health.changed', service).at(-1)?.data['to'] === 'HEALTHY',
      ),
    { timeoutMs: 30_000, intervalMs: 50 },
  );
}
