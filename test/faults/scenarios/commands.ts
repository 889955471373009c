import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryFolder } from '@cortex/testing';
import { peakMebibytes } from '../../system/support/peak-memory.ts';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Claim, type Scenario } from '../scenario.ts';
import type { FaultSite } from '../site/fault-site.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilHealed } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-15'] as const;

/** A playbook whose step is a program of the site, and which helps nobody. */
function programPlaybook(
  argv: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const step = { step: 1, name: 'Run it', action: 'run_command', on_ambiguous: 'escalate', argv, timeout: '3s' };
  return restartPlaybook({
    remediation_steps: [step],
    verification: { wait_time: '0s', retry: 1, immediate_timeout: '1s', health_checks: { duration: '600ms' } },
    safety: { max_retries: 0, require_approval: false, blast_radius: 'single_host' },
    ...more,
  });
}

const notes = temporaryFolder('cortex-faults-');
const pidsFile = join(notes.path, 'pids');
/** It and its child note their pids, and go on whatever they are told. */
const stubborn = `process.on('SIGTERM', () => {});
require('node:fs').appendFileSync(${JSON.stringify(pidsFile)}, process.pid + '\\n');
if (process.argv[1] !== 'child') require('node:child_process').spawn(process.execPath, ['-e', process.env.SOURCE, 'child'], { env: process.env });
setInterval(() => {}, 1000);`;

export const stepHangs: Scenario = {
  id: 'F29',
  title: 'a step hangs and ignores SIGTERM',
  inject: 'a program with a child, both deaf to SIGTERM, and a timeout of 3 s',
  invariants,
  isQuick: false,
  run: onCortex(
    {
      patients: 1,
      playbooks: [
        restartPlaybook({
          ...programPlaybook([process.execPath, '-e', stubborn]),
          remediation_steps: [
            {
              step: 1,
              name: 'Hang',
              action: 'run_command',
              on_ambiguous: 'escalate',
              argv: [process.execPath, '-e', stubborn],
              env: { SOURCE: stubborn },
              timeout: '3s',
            },
          ],
        }),
      ],
    },
    async ({ site, claim }) => {
      await fails(site, claim);
      const pids = readFileSync(pidsFile, 'utf8').trim().split('\n').map(Number);
      claim('INV-15', pids.length >= 2, `the program did not run: ${pids.length} processes`);
      const alive = pids.filter((pid) => isAlive(pid));
      claim('INV-15', alive.length === 0, `${alive.length} processes of the step live on`);
      for (const pid of alive) process.kill(pid, 'SIGKILL');
      return recovered(site);
    },
  ),
};

const bytes = 1_000_000_000;
const flood = `const block = Buffer.alloc(1_000_000, 'x'); let left = ${bytes / 1_000_000};
(function next() { if (left-- > 0) process.stdout.write(block, next); })();`;
const memoryLimitMebibytes = 256;

export const floodOfOutput: Scenario = {
  id: 'F30',
  title: 'a step prints 1 GB',
  inject: 'a program that writes 1 GB to its standard output',
  invariants,
  isQuick: false,
  run: onCortex(
    { patients: 1, playbooks: [programPlaybook([process.execPath, '-e', flood])] },
    async ({ site, claim }) => {
      await fails(site, claim);
      const peak = peakMebibytes(site.stack.services.get('executor')?.pid);
      claim('INV-15', peak < memoryLimitMebibytes, `the executor took ${peak.toFixed(0)} MiB`);
      claim('INV-15', site.stack.services.get('executor')?.starts === 1, 'the executor died');
      return recovered(site);
    },
  ),
};

export const rollbackFails: Scenario = {
  id: 'F31',
  title: 'the rollback of a remediation fails',
  inject: 'a step that does not help, and a rollback step that ends with an error',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-11'],
  isQuick: false,
  run: onCortex(
    {
      patients: 1,
      playbooks: [
        programPlaybook(['/usr/bin/true'], {
          rollback: {
            available: true,
            steps: [
              { step: 1, name: 'Undo', action: 'run_command', on_ambiguous: 'escalate', argv: ['/usr/bin/false'] },
            ],
          },
        }),
      ],
    },
    async ({ site, claim, measure }) => {
      await fails(site, claim);
      const urgent = site.pages.find(({ severity }) => severity === 'SEV0');
      claim('INV-8', urgent !== undefined, 'no SEV0 page');
      const failedAt = String(site.log.of('remediation.rolledback').at(-1)?.data['completedAt']);
      if (urgent !== undefined) {
        measure({ what: 'failed rollback to page', ms: urgent.atMs - Date.parse(failedAt), limitMs: 10_000 });
      }
      const rolledBack = site.log.of('remediation.rolledback').length;
      claim('INV-11', rolledBack === 1, `${rolledBack} rollbacks`);
      return recovered(site);
    },
  ),
};

/** The patient dies, the playbook does not help, and somebody is called. */
async function fails(site: FaultSite, claim: Claim): Promise<void> {
  await untilHealthy(site);
  for (const patient of site.patients) killPatient(patient);
  const isTold = await eventually(() => site.pages.length > 0, { timeoutMs: 60_000 }).catch(() => false);
  claim('INV-8', isTold, 'nobody was called');
}

/** A person starts the patient; the incident ends by itself. */
async function recovered(site: FaultSite): Promise<number> {
  const endedMs = Date.now();
  for (const patient of site.patients) startPatient(patient);
  await untilHealed(site, 1);
  return endedMs;
}

/** What has ended and was not waited for is still listed, as a zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
