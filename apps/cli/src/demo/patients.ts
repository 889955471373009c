import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CortexError } from '@cortex/errors';
import type { DemoSite } from './prepare.ts';

/** The pid that a pid file holds, or undefined. */
export function pidFrom(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the patients for the first time, as an init system would: detached, pid file written. Cortex restarts them later. */
export function startPatients(site: DemoSite): readonly string[] {
  const run = join(site.configFile, '..', 'run');
  mkdirSync(run, { recursive: true });
  const common = { PATIENT_OTLP_URL: `http://127.0.0.1:${site.otlpPort}` };
  const quota = site.disk.isMount
    ? undefined
    : {
        name: 'spool',
        instance: 'spool-1',
        env: { PATIENT_QUOTA: `${site.disk.path} ${site.disk.sizeBytes}`, PATIENT_PORT: '0' },
      };
  const patients = [
    { name: 'shop', instance: 'shop-1', env: { PATIENT_PORT: String(site.shopPort) } },
    {
      name: 'ledger',
      instance: 'ledger-1',
      env: { PATIENT_PORT: String(site.ledgerPort), PATIENT_DATA_FILE: site.ledgerData },
    },
    ...(quota === undefined ? [] : [quota]),
  ];
  return patients.map((patient) => {
    const pidFile = join(run, `${patient.instance}.pid`);
    const log = openSync(join(run, `${patient.instance}.log`), 'a');
    const child = spawn(process.execPath, [site.patientFile], {
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        ...common,
        PATIENT_SERVICE: patient.name,
        PATIENT_INSTANCE: patient.instance,
        ...patient.env,
      },
    });
    closeSync(log);
    child.unref();
    if (child.pid === undefined)
      throw new CortexError('CORTEX_DEMO_FAILED', `cannot start the patient ${patient.instance}`);
    writeFileSync(pidFile, `${child.pid}\n`);
    return pidFile;
  });
}

/** Ends the processes that the pid files name now. */
export function stopPatients(pidFiles: readonly string[], patientFile: string): void {
  for (const file of pidFiles) {
    const pid = pidFrom(file);
    if (pid === undefined || !runsPatient(pid, patientFile)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone, which is as good.
    }
  }
}

/** A pid may have been given to another process meanwhile. */
function runsPatient(pid: number, patientFile: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(patientFile);
  } catch {
    return process.platform !== 'linux';
  }
}
