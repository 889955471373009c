import type { RunningConfiguration } from '@cortex/contracts';
import { pause, systemRuntime } from '@cortex/runtime';
import { randomUUID } from 'node:crypto';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandContext, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { table } from '../output/table.ts';
import { compareWithRunning } from '../reload/changes.ts';
import { configOption } from './configuration-file.ts';
import { summaryOf } from './diff.ts';
import { byOption, personOf } from './who.ts';

/** A service stops as long as its handlers need, and starts within a second. */
const patienceMs = 60_000;
const askEveryMs = 250;

export const reloadCommand: CommandDefinition = {
  name: 'reload',
  summary: 'Take the changed configuration without a restart: all services, or none when it is invalid',
  options: [configOption, byOption],
  examples: [{ line: 'cortex reload', says: 'after `cortex diff` has shown what changes' }],
  async run(input) {
    const { context } = input;
    const { api } = context;
    const comparison = await compareWithRunning(textOption(input, 'config'), context);
    if (context.output === 'table') context.print(summaryOf(comparison));
    const request = { id: randomUUID(), digest: comparison.digest, by: personOf(input) };
    const { instances } = await api.call('reload', { body: { ...request, step: 'check' } });
    if (instances.length === 0) throw nobody();
    const checked = await waitForAll(context, instances, request, isChecked);
    const refusing = checked.filter((process) => !isWilling(process, request));
    if (refusing.length > 0) {
      tell(context, { ok: false, changes: comparison.changes, processes: checked }, request);
      if (context.output === 'table') {
        context.note('refused, so nothing was changed anywhere');
        const advice = adviceOnPlace(comparison.file, refusing);
        if (advice !== undefined) context.note(advice);
      }
      return 'failed';
    }
    await api.call('reload', { body: { ...request, step: 'take' } });
    const taken = await waitForAll(context, instances, request, isTaken);
    const ok = taken.every(({ digest }) => digest === request.digest);
    tell(context, { ok, changes: comparison.changes, processes: taken }, request);
    const later = comparison.changes.filter(({ needsRestart }) => needsRestart);
    if (context.output === 'table' && later.length > 0) {
      context.note(`start Cortex anew for: ${later.map(({ name }) => name).join(', ')}`);
    }
    return ok ? 'ok' : 'failed';
  },
};

interface Request {
  readonly id: string;
  readonly digest: string;
}

/** A process as it was last heard of; the last state says why a refusal is one. */
type Process = RunningConfiguration;

function isChecked(process: Process, { id, digest }: Request): boolean {
  return process.digest === digest || process.reload?.id === id;
}

function isTaken({ digest, reload }: Process, request: Request): boolean {
  return digest === request.digest || (reload?.id === request.id && reload.outcome === 'refused');
}

function isWilling({ digest, reload }: Process, request: Request): boolean {
  return digest === request.digest || (reload?.id === request.id && reload.outcome !== 'refused');
}

/** Asks until all have answered, or time is up. The console itself is away for a moment: it reloads, too. */
async function waitForAll(
  context: CommandContext,
  instances: readonly string[],
  request: Request,
  isDone: (process: Process, request: Request) => boolean,
): Promise<readonly Process[]> {
  const until = performance.now() + patienceMs;
  let known: readonly Process[] = [];
  while (performance.now() < until && !context.signal.aborted) {
    try {
      const { processes } = await context.api.call('configuration');
      known = processes.filter(({ instance }) => instances.includes(instance));
      if (known.length === instances.length && known.every((process) => isDone(process, request))) return known;
    } catch (error) {
      if (!(error instanceof CliError) || error.exitReason !== 'unreachable') throw error;
    }
    await pause(systemRuntime, askEveryMs, context.signal);
  }
  return known;
}

function tell(
  context: CommandContext,
  answer: { readonly ok: boolean; readonly changes: readonly unknown[]; readonly processes: readonly Process[] },
  request: Request,
): void {
  show(context, answer, ({ processes }) =>
    table(processes, [
      { title: 'service', value: ({ service }) => service },
      { title: 'process', value: ({ instance }) => instance },
      { title: 'configuration', value: (process) => stateOf(process, request) },
    ]),
  );
}

/** Services read the file that they were started with, whatever is named here. */
function adviceOnPlace(file: string, refusing: readonly Process[]): string | undefined {
  const others = refusing.filter((process) => process.file !== file && process.reload?.reason?.includes(process.file));
  const [place, ...more] = new Set(others.map((process) => process.file));
  if (place === undefined) return undefined;
  const places = [place, ...more].join(' and ');
  return [
    `the services read ${places}, not ${file}`,
    `  fix: make the change there, then \`cortex reload --config ${place}\`; or start Cortex anew with --config ${file}`,
  ].join('\n');
}

function stateOf({ digest, reload }: Process, request: Request): string {
  if (digest === request.digest) return 'in use';
  if (reload?.id !== request.id) return 'no answer';
  return reload.outcome === 'refused' ? `refused: ${reload.reason ?? ''}` : reload.outcome;
}

function nobody(): CliError {
  return new CliError(
    'CORTEX_CLI_NOT_FOUND',
    'no service tells which configuration it runs',
    'start Cortex: `cortex up`',
    'notFound',
  );
}
