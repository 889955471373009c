import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf } from '@cortex/errors';
import { z } from 'zod';
import { defineAction } from '../../define-action.ts';
import type { ActionContext, ActionResult } from '../../define-action.ts';
import { AbsolutePath, Argument, Duration } from '../../params.ts';
import { runProgram } from '../../run-program.ts';
import type { ProgramRun } from '../../run-program.ts';

/** The program by its absolute path, then its arguments, each passed on byte for byte. */
const Argv = z.tuple([AbsolutePath], Argument);

const Params = z.strictObject({
  argv: Argv,
  cwd: AbsolutePath.optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), Argument).optional(),
  timeout: Duration.optional(),
  /** Undoes the effect. */
  undo_argv: Argv.optional(),
  /** Finds out after a crash whether the effect happened: status 0 yes, 1 no, anything else unknown. */
  probe_argv: Argv.optional(),
});
type Params = z.output<typeof Params>;

const shells = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'fish', 'csh', 'tcsh', 'busybox'];
const longestMs = 24 * 60 * 60 * 1_000;
const detailLength = 500;

/** Runs the user's own program. Cortex cannot know its effect, so each step states what a crash mid-way means. */
export const runCommand = defineAction({
  name: 'run_command',
  summary: 'Runs a program of yours by its argument list, without a shell',
  params: Params,
  riskLevel: 'high',
  onAmbiguous: undefined,
  reversible: true,
  idempotent: false,
  canUndo: (params) => params.undo_argv !== undefined,
  async guard(params) {
    for (const argv of [params.argv, params.undo_argv, params.probe_argv]) {
      const problem = argv === undefined ? undefined : await problemOf(argv);
      if (problem !== undefined) return problem;
    }
    return undefined;
  },
  async observe() {
    return {};
  },
  async act(params, context) {
    return run(params.argv, params, context);
  },
  async dryRun(params) {
    const problem = await problemOf(params.argv);
    if (problem !== undefined) return { ok: false, detail: problem };
    return { ok: true, detail: `would run ${JSON.stringify(params.argv)}` };
  },
  async probe(params, context) {
    if (params.probe_argv === undefined) return 'unknown';
    const ended = await runProgram(params.probe_argv, options(params, context));
    if (ended.exitCode === 0) return 'took_effect';
    return ended.exitCode === 1 ? 'no_effect' : 'unknown';
  },
  async undo(params, context) {
    if (params.undo_argv === undefined) return { ok: false, detail: 'the step names no undo_argv' };
    return run(params.undo_argv, params, context);
  },
});

async function run(argv: readonly string[], params: Params, context: ActionContext): Promise<ActionResult> {
  const ended = await runProgram(argv, options(params, context));
  const evidence = {
    argv: [...argv],
    exitCode: ended.exitCode ?? -1,
    stdout: ended.stdout,
    stderr: ended.stderr,
    truncated: ended.isTruncated,
    stdoutSha256: ended.stdoutHash,
  };
  if (ended.exitCode === 0) return { ok: true, detail: `${argv[0]} ended with status 0`, evidence };
  // It may be done in part: only the user's undo_argv can tell.
  return {
    ok: false,
    detail: describe(argv, ended),
    partial: true,
    retryable: ended.killedBecause === undefined,
    evidence,
  };
}

function describe(argv: readonly string[], ended: ProgramRun): string {
  const output = (ended.stderr.trim() || ended.stdout.trim()).slice(-detailLength);
  const how = ended.killedBecause ?? (ended.exitCode === undefined ? ended.endedBy : `status ${ended.exitCode}`);
  return `${argv[0]} ended with ${how}${output === '' ? '' : `: ${output}`}`;
}

function options(params: Params, context: ActionContext) {
  return {
    timeoutMs: params.timeout ?? longestMs,
    signal: context.signal,
    ...(params.cwd === undefined ? {} : { cwd: params.cwd }),
    ...(params.env === undefined ? {} : { env: params.env }),
  };
}

async function problemOf(argv: readonly string[]): Promise<string | undefined> {
  const [program = ''] = argv;
  try {
    if ([program, await realpath(program)].some((path) => shells.includes(basename(path)))) {
      return `${program} is a shell: name the program itself, or a script with a #! line`;
    }
    const facts = await stat(program);
    if (!facts.isFile()) return `${program} is not a file`;
    if ((facts.mode & constants.S_IWOTH) !== 0) return `${program} may be written by anyone: take that right away`;
    await access(program, constants.X_OK);
    return undefined;
  } catch (error) {
    return `${program} cannot be run: ${messageOf(error)}`;
  }
}
