import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { JsonRecord } from '@cortex/contracts';
import { CortexError, messageOf } from '@cortex/errors';
import type { ActionContext, ActionResult, ProbeVerdict } from '../../define-action.ts';
import { runProgram } from '../../run-program.ts';
import type { RestartParams } from './params.ts';
import type { RestartVariant } from './variant.ts';

const showTimeoutMs = 10_000;

interface UnitState {
  readonly activeState: string;
  readonly mainPid: number;
  /** Differs for every start of the unit. */
  readonly invocationId: string;
}

/** Restarts a systemd unit by `systemctl`, given by its absolute path. */
export function systemdVariant(unit: string, systemctl: string): RestartVariant {
  const show = () => readUnit(systemctl, unit);
  return {
    async guard() {
      try {
        await access(systemctl, constants.X_OK);
        await show();
        return undefined;
      } catch (error) {
        return `${unit} cannot be asked: ${messageOf(error)}`;
      }
    },
    async observe() {
      return { variant: 'systemd', unit, ...(await show()) };
    },
    async act(params, context, before) {
      const result = await control(systemctl, 'restart', unit, params, context);
      if (!result.ok) return result;
      const after = await show();
      const evidence = { before: { ...before }, after: { ...after } };
      if (after.invocationId === before['invocationId'] && after.mainPid === before['mainPid']) {
        return { ok: false, detail: `${unit} was restarted, but its main process is the same`, evidence };
      }
      if (params.wait_for_healthy && after.activeState !== 'active') {
        return { ok: false, partial: true, detail: `${unit} is ${after.activeState} after its restart`, evidence };
      }
      return { ok: true, detail: `${unit} restarted: main process ${after.mainPid}`, evidence };
    },
    async dryRun() {
      const state = await show();
      return { ok: true, detail: `would restart ${unit}, now ${state.activeState}, main process ${state.mainPid}` };
    },
    async probe(before: JsonRecord): Promise<ProbeVerdict> {
      const state = await show();
      if (state.activeState === 'activating' || state.activeState === 'deactivating') return 'unknown';
      if (state.activeState !== 'active') return 'no_effect';
      const isSame = state.invocationId === before['invocationId'] && state.mainPid === before['mainPid'];
      return isSame ? 'no_effect' : 'took_effect';
    },
    undo: (params, context) => control(systemctl, 'start', unit, params, context),
  };
}

async function control(
  systemctl: string,
  verb: 'start' | 'restart',
  unit: string,
  params: RestartParams,
  context: ActionContext,
): Promise<ActionResult> {
  if (context.signal.aborted) return { ok: false, detail: 'interrupted before anything was done' };
  const ended = await runProgram([systemctl, verb, '--', unit], { timeoutMs: params.timeout, signal: context.signal });
  if (ended.exitCode === 0) return { ok: true, detail: `${verb} of ${unit} done` };
  const how = ended.killedBecause ?? `status ${ended.exitCode ?? ended.endedBy ?? 'unknown'}`;
  return {
    ok: false,
    partial: true,
    detail: `systemctl ${verb} ${unit}: ${how}: ${ended.stderr.trim().slice(0, 500)}`,
  };
}

async function readUnit(systemctl: string, unit: string): Promise<UnitState> {
  const argv = [systemctl, 'show', '--property=ActiveState,MainPID,InvocationID,LoadState', '--', unit];
  const ended = await runProgram(argv, { timeoutMs: showTimeoutMs, signal: new AbortController().signal });
  if (ended.exitCode !== 0)
    throw new CortexError('CORTEX_ACTION_FAILED', ended.stderr.trim() || `systemctl ended with ${ended.exitCode}`);
  const properties = new Map(
    ended.stdout.split('\n').flatMap((line) => {
      const separator = line.indexOf('=');
      return separator === -1 ? [] : [[line.slice(0, separator), line.slice(separator + 1)] as const];
    }),
  );
  if (properties.get('LoadState') === 'not-found')
    throw new CortexError('CORTEX_ACTION_FAILED', 'there is no such unit');
  return {
    activeState: properties.get('ActiveState') ?? 'unknown',
    mainPid: Number(properties.get('MainPID') ?? 0),
    invocationId: properties.get('InvocationID') ?? '',
  };
}
