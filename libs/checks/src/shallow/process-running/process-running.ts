import { CortexError } from '@cortex/errors';
import {
  areOthersHidden,
  expectCommand,
  goesBy,
  hasProcessTable,
  isHidden,
  likenessOf,
  pidExists,
  readLiveProcesses,
  readPidFile,
  readProcess,
} from '@cortex/processes';
import type { ProcessFacts } from '@cortex/processes';
import type { Instance } from '@cortex/contracts';
import { z } from 'zod';
import { defineCheck } from '../../define-check.ts';
import type { CheckResult } from '../../define-check.ts';
import { AbsolutePath } from '../../params.ts';

const Params = z
  .strictObject({
    process_name: z
      .string()
      .min(1)
      .regex(/^[^/\0]+$/, 'a name, not a path')
      .optional()
      .describe(`The process's own name, its program's or its script's.`),
    check_method: z
      .enum(['pid_file', 'name'])
      .default('pid_file')
      .describe('`name`: any process that goes by the name will do.'),
    pid_file: AbsolutePath.optional().describe(
      'Default: the pid file of the instance, else `/run/<process_name>.pid`.',
    ),
    pid_file_may_be_older: z
      .boolean()
      .default(false)
      .describe('True for a pid file that is not written anew with each start.'),
  })
  .refine(({ check_method: method, process_name: name }) => method !== 'name' || name !== undefined, {
    path: ['process_name'],
    message: 'say which name to look for',
  })
  .refine(({ check_method: method, pid_file: path }) => method !== 'name' || path === undefined, {
    path: ['pid_file'],
    message: 'is not read when check_method is name',
  });

/** A process cannot have begun this long after its pid file was written; a younger one has only got the same pid. */
const clockToleranceMs = 5_000;

const maxPidsShown = 20;

/** Spec 2.1. Checks this machine. */
export const processRunning = defineCheck({
  name: 'process_running',
  summary:
    'The process named by a pid file, or one of a name, is alive: no zombie, not stopped, and the one that is meant',
  tier: 'shallow',
  params: Params,
  failures: [
    '… does not exist',
    '…: it holds no pid',
    'no process has pid …',
    'process … has ended and is a zombie',
    'process … is …, not …',
    'process … is younger than …: the pid was given to another process',
    'process … is stopped: it is there, and does nothing until it is continued',
    'no process goes by the name …',
  ],
  example: `name: web-process
type: process_running
service: web
process_name: nginx
check_method: pid_file`,
  async run(params, { facts }): Promise<CheckResult> {
    if (params.check_method === 'name') return findByName(params.process_name ?? '');
    const path = params.pid_file ?? facts.process?.pidFile ?? defaultPidFile(params.process_name);
    const file = await readPidFile(path);
    if (file.status === 'missing') return fail(`${path} does not exist`, { pidFile: path });
    if (file.status === 'no_pid') return fail(`${path}: it holds no pid`, { pidFile: path });
    if (file.status === 'unreadable') return fail(`${path}: ${file.error.message}`, { pidFile: path });

    if (file.distrust !== undefined)
      throw new CortexError('CORTEX_CHECK_NOT_MADE', `${path} is not believed: it ${file.distrust}`);

    const evidence = { pidFile: path, pid: file.pid };
    if (!hasProcessTable) return withoutProcessTable(params, file.pid, evidence);
    const found = await readProcess(file.pid);
    if (found === undefined) {
      if (await isHidden(file.pid)) {
        throw new CortexError(
          'CORTEX_CHECK_NOT_MADE',
          `process ${file.pid} is there, and Cortex may not see it (hidepid)`,
        );
      }
      return fail(`no process has pid ${file.pid}`, evidence);
    }
    if (found.isZombie) return fail(`process ${file.pid} has ended and is a zombie`, evidence);
    if (params.process_name !== undefined && !goesBy(found, params.process_name)) {
      return fail(`process ${file.pid} is ${found.names.join(', ')}, not ${params.process_name}`, evidence);
    }
    const seemsYounger = found.startedAtMs > file.writtenAtMs + clockToleranceMs;
    // A clock that was set since makes it seem so: the command tells better.
    if (seemsYounger && !params.pid_file_may_be_older && !(await runsStartCommand(found, facts.process))) {
      return fail(`process ${file.pid} is younger than ${path}: the pid was given to another process`, evidence);
    }
    if (found.isStopped) return fail(`process ${file.pid} ${stopped}`, evidence);
    const startedAt = new Date(found.startedAtMs).toISOString();
    return { passed: true, detail: `process ${file.pid} is running`, evidence: { ...evidence, startedAt } };
  },
});

async function runsStartCommand(found: ProcessFacts, facts: Instance['process']): Promise<boolean> {
  if (facts?.startCommand === undefined) return false;
  const path = facts.env?.['PATH'] ?? process.env['PATH'] ?? '/usr/bin:/bin';
  const expected = await expectCommand({ argv: facts.startCommand, cwd: facts.cwd ?? process.cwd(), path });
  return (await likenessOf(found, expected)) === 'same';
}

const stopped = 'is stopped: it is there, and does nothing until it is continued';

async function findByName(name: string): Promise<CheckResult> {
  if (!hasProcessTable)
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      'processes cannot be found by name on this system, which has no /proc',
    );
  const named = (await readLiveProcesses()).filter((process) => goesBy(process, name));
  const pids = named.map(({ pid }) => pid).slice(0, maxPidsShown);
  const evidence = { processes: named.length, pids };
  if (named.length === 0 && (await areOthersHidden()))
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      `${name} may run: Cortex may not see the processes of others (hidepid)`,
    );
  if (named.length === 0) return { passed: false, detail: `no process goes by the name ${name}`, evidence };
  if (named.every(({ isStopped }) => isStopped)) return { passed: false, detail: `${name} ${stopped}`, evidence };
  return { passed: true, detail: `${name} is running as process ${pids.join(', ')}`, evidence };
}

function defaultPidFile(processName: string | undefined): string {
  if (processName === undefined) {
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      'no pid file is known: set pid_file, or process.pid_file of the instance, or process_name',
    );
  }
  return `/run/${processName}.pid`;
}

function withoutProcessTable(
  params: z.output<typeof Params>,
  pid: number,
  evidence: { readonly pidFile: string; readonly pid: number },
): CheckResult {
  if (params.process_name !== undefined) {
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      'process_name cannot be checked on this system, which has no /proc: leave it out',
    );
  }
  if (!pidExists(pid)) return fail(`no process has pid ${pid}`, evidence);
  return { passed: true, detail: `process ${pid} exists`, evidence };
}

function fail(detail: string, evidence: { readonly pidFile: string; readonly pid?: number }): CheckResult {
  return { passed: false, detail, evidence };
}
