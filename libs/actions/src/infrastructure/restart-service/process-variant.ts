import type { JsonRecord } from '@cortex/contracts';
import { hasProcessTable, readBootId, readIdentity } from '@cortex/processes';
import type { ActionContext, ActionResult, ProbeVerdict } from '../../define-action.ts';
import { findService } from './find-service.ts';
import type { FoundService } from './find-service.ts';
import { lastWordsOfEnded } from './last-words.ts';
import type { ProcessTarget } from './process-target.ts';
import type { RestartParams } from './params.ts';
import { prepareStart } from './prepare-start.ts';
import type { RunAs, RunAsResult } from './run-as.ts';
import { adopt, startProcess } from './start-process.ts';
import { stopProcess } from './stop-process.ts';
import type { RestartVariant } from './variant.ts';

/** Restarts a plain process, found by its pid file. */
export function processVariant(target: ProcessTarget): RestartVariant {
  return {
    guard: () => guard(target),
    observe: () => observe(target),
    act: (params, context) => act(target, params, context),
    dryRun: () => dryRun(target),
    probe: (before) => probe(target, before),
    undo: (params, context) => ensureRunning(target, params, context),
  };
}

async function guard(target: ProcessTarget): Promise<string | undefined> {
  if (!hasProcessTable) return 'this system has no /proc: the process cannot be told from another with its pid';
  const found = await findService(target);
  if (found.status === 'not_running' && target.facts.startCommand === undefined) {
    return `${found.detail}, and the catalogue names no start_command`;
  }
  const prepared = await prepare(target, found);
  const problem = prepared?.ok === false ? prepared.detail : undefined;
  if (found.status !== 'unclear') return problem;
  // A program that is not there is often why nothing is seen to run it.
  return problem === undefined ? found.detail : `${found.detail}; ${problem}`;
}

/** As whom the new process is to run, if it can be started; undefined when a supervisor starts it. */
async function prepare(target: ProcessTarget, found: FoundService): Promise<RunAsResult | undefined> {
  if (target.facts.startCommand === undefined) return undefined;
  return prepareStart(target, found.status === 'running' ? await readIdentity(found.process.pid) : undefined);
}

async function observe(target: ProcessTarget): Promise<JsonRecord> {
  const [found, bootId] = await Promise.all([findService(target), readBootId()]);
  if (found.status !== 'running') return { variant: 'process', running: false, bootId };
  return { variant: 'process', running: true, pid: found.process.pid, startTicks: found.process.startTicks, bootId };
}

async function act(target: ProcessTarget, params: RestartParams, context: ActionContext): Promise<ActionResult> {
  const found = await findService(target);
  if (found.status === 'unclear') return { ok: false, detail: found.detail };
  // Asked while the old process is there to tell, and to go on when the new one could not be started.
  const prepared = found.status === 'running' ? await prepare(target, found) : undefined;
  if (prepared?.ok === false) return { ok: false, detail: prepared.detail };
  if (context.signal.aborted) return { ok: false, detail: 'interrupted before anything was done' };
  let stopped = 'it was not running';
  const words = found.status === 'running' ? undefined : await lastWordsOfEnded(target.facts.logFile);
  if (found.status === 'running') {
    const stop = await stopProcess(target, found.process, params.grace_period, context.signal);
    if (!stop.ok) return { ok: false, partial: true, detail: stop.detail };
    stopped = stop.how === 'gone already' ? 'it had just ended' : `process ${found.process.pid} ended by ${stop.how}`;
    if (stop.remainder !== undefined) stopped += `; ${stop.remainder}`;
    context.log('stopped', { pid: found.process.pid, how: stop.how });
  }
  const started = await startProcess(target, startOptions(params, context, prepared?.runAs));
  if (!started.ok && started.isUntouched) return { ok: false, detail: started.detail };
  if (!started.ok) return { ok: false, partial: true, retryable: true, detail: `${stopped}; ${started.detail}` };
  return {
    ok: true,
    detail: [stopped, words, started.detail].filter((part) => part !== undefined).join('; '),
    evidence: { pid: started.process.pid, startTicks: started.process.startTicks },
  };
}

async function ensureRunning(
  target: ProcessTarget,
  params: RestartParams,
  context: ActionContext,
): Promise<ActionResult> {
  const found = await findService(target);
  if (found.status === 'unclear') return { ok: false, detail: found.detail };
  if (found.status === 'running' && found.inPidFile) {
    return { ok: true, detail: `process ${found.process.pid} is running` };
  }
  const started = await startProcess(target, startOptions(params, context));
  return started.ok ? { ok: true, detail: started.detail } : { ok: false, detail: started.detail };
}

async function dryRun(target: ProcessTarget): Promise<ActionResult> {
  const problem = await guard(target);
  if (problem !== undefined) return { ok: false, detail: problem };
  const found = await findService(target);
  const stop = found.status === 'running' ? `would end process ${found.process.pid}, then ` : 'nothing runs; would ';
  const command = target.facts.startCommand;
  const start = command === undefined ? 'wait for its supervisor to start it' : `start ${JSON.stringify(command)}`;
  return { ok: true, detail: `${stop}${start}` };
}

/** A newer process than the one seen before is the effect; the same one, or none, is not, and a start is then safe. */
async function probe(target: ProcessTarget, before: JsonRecord): Promise<ProbeVerdict> {
  const [found, bootId] = await Promise.all([findService(target), readBootId()]);
  if (found.status === 'unclear') return 'unknown';
  if (found.status === 'not_running') return 'no_effect';
  const isSame =
    before['bootId'] === bootId &&
    before['pid'] === found.process.pid &&
    before['startTicks'] === found.process.startTicks;
  if (isSame) return 'no_effect';
  if (!found.inPidFile) await adopt(target, found.process);
  return 'took_effect';
}

function startOptions(params: RestartParams, context: ActionContext, runAs?: RunAs) {
  return {
    waitsUntilUp: params.wait_for_healthy,
    timeoutMs: params.timeout,
    graceMs: params.grace_period,
    runAs,
    signal: context.signal,
  };
}
