import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually, freePort, startProcess, temporaryFolder } from '@cortex/testing';
import { askPid } from './ask.ts';
import { intervalMs, settleTimeoutMs, type Side } from './side.ts';

const run = promisify(execFile);

/** Monit rests its port tests for as long as a start may take, so this is also when it sees a fault again. */
const startTimeoutSeconds = 2;

const programs = ['monit', 'tini', 'start-stop-daemon'] as const;

/** Throws, with what to install, where a program that this side needs is not here. */
export function requireMonit(): void {
  const missing = programs.filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error);
  if (missing.length === 0) return;
  throw new Error(`${missing.join(', ')} is not installed.\n  fix: on Debian or Ubuntu, apt-get install monit tini`);
}

/** A real Monit with one process to look after. */
export async function startMonitSide(): Promise<Side> {
  requireMonit();
  const folder = temporaryFolder('cortex-bench-monit-');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const controlFile = join(folder.path, 'monitrc');
  writeFileSync(controlFile, configuration(folder.path, port), { mode: 0o600 });
  // Tini collects orphans that have ended, as init does on a whole machine: Monit starts nothing in place of a zombie.
  const monit = startProcess(['tini', '-s', '-p', 'SIGTERM', '--', 'monit', '-I', '-c', controlFile]);
  return {
    name: 'Monit',
    url,
    async settled() {
      await pause(startTimeoutSeconds * 1_000 + intervalMs);
      await eventually(
        async () => isWell((await run('monit', ['-c', controlFile, '-B', 'status', 'patient'])).stdout),
        {
          timeoutMs: settleTimeoutMs,
          intervalMs: 100,
        },
      );
    },
    async stop() {
      await monit.stop();
      const pid = await askPid(url);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      folder.remove();
    },
  };
}

/** The process is up, and its port has been tested. */
function isWell(status: string): boolean {
  return /^ *status +OK$/m.test(status) && /^ *port response time +\d/m.test(status);
}

/** As its manual advises; the service is ended by SIGKILL, since nothing is faster and a frozen one heeds nothing else. */
function configuration(dir: string, port: number): string {
  const pidFile = join(dir, 'patient.pid');
  const start = [
    `start-stop-daemon --start --background --make-pidfile --pidfile ${pidFile} --startas /usr/bin/env --`,
    `PATIENT_PORT=${port} ${process.execPath} ${resolve('deploy/demo/patient.mjs')}`,
  ].join(' ');
  return `
set daemon ${intervalMs / 1_000}
set log ${join(dir, 'monit.log')}
set pidfile ${join(dir, 'monit.pid')}
set idfile ${join(dir, 'monit.id')}
set statefile ${join(dir, 'monit.state')}
set httpd unixsocket ${join(dir, 'monit.sock')}
  allow localhost
check process patient with pidfile ${pidFile}
  start program = "/sbin/${start}" with timeout ${startTimeoutSeconds} seconds
  stop program = "/sbin/start-stop-daemon --stop --pidfile ${pidFile} --retry KILL/5"
  if failed host 127.0.0.1 port ${port} protocol http request "/health" with timeout 1 seconds then restart
`;
}
