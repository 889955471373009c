import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { messageOf } from '@cortex/errors';
import type { Limit } from '@cortex/processes';
import type { RunAs } from './run-as.ts';

/** What is to be started. */
export interface LaunchPlan {
  readonly argv: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** An open file for what it says; undefined: nobody listens. */
  readonly log: number | undefined;
  readonly runAs: RunAs;
}

export type Launched =
  | {
      readonly ok: true;
      readonly pid: number;
      /** How it ended, once it has. */
      readonly ended: () => { readonly status: number | null; readonly signal: string | null } | undefined;
      /** Leaves it alone. */
      readonly release: () => void;
    }
  | { readonly ok: false; readonly detail: string };

/** What a path is to the user of a plan: a folder to enter, a program to execute, or the code of the error. */
export type Seen = string;

export type Rehearsal =
  { readonly ok: true; readonly seen: readonly Seen[] } | { readonly ok: false; readonly detail: string };

/** Does all of a launch but the start: becomes the user with the limits, and looks at what the start needs. */
export async function rehearse(plan: LaunchPlan, paths: readonly string[]): Promise<Rehearsal> {
  if (plan.runAs.isOwn) return { ok: true, seen: await Promise.all(paths.map(see)) };
  const { told, release } = await askHelper(plan, { paths });
  release();
  return told !== undefined && 'seen' in told ? { ok: true, seen: told.seen } : { ok: false, detail: whyNot(told) };
}

async function see(path: string): Promise<Seen> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isDirectory() ? 'folder' : 'program';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
  }
}

/** Starts a program in a session of its own: it outlives Cortex, and its group can be ended whole. */
export function launch(plan: LaunchPlan): Promise<Launched> {
  return plan.runAs.isOwn ? launchHere(plan) : launchAs(plan);
}

async function launchHere({ argv, cwd, env, log }: LaunchPlan): Promise<Launched> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env },
    shell: false,
    detached: true,
    stdio: ['ignore', log ?? 'ignore', log ?? 'ignore'],
  });
  const failed = await new Promise<string | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', (error) => resolve(error.message));
  });
  if (failed !== undefined || child.pid === undefined) {
    return { ok: false, detail: `${program} cannot be started: ${failed ?? 'it has no pid'}` };
  }
  child.unref();
  const { pid } = child;
  const ended = () =>
    child.exitCode === null && child.signalCode === null
      ? undefined
      : { status: child.exitCode, signal: child.signalCode };
  return { ok: true, pid, ended, release: () => undefined };
}

type Told =
  | { readonly error: string }
  | { readonly seen: readonly Seen[] }
  | { readonly pid: number }
  | { readonly status: number | null; readonly signal: string | null };

/**
 * The helper: a process of its own becomes the user first, because this one has other threads and its own work to do. It goes
 * when it is left alone, also when Cortex is killed. Plain text, so that it is wherever Cortex is bundled to.
 */
const helper = `
const { execFileSync, spawn } = require('node:child_process');
const { accessSync, constants, statSync } = require('node:fs');
const see = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isDirectory() ? 'folder' : 'program';
  } catch (error) {
    return error.code ?? error.message;
  }
};
process.once('disconnect', () => process.exit(0));
process.once('message', ({ argv: [program, ...args], paths, cwd, env, hasLog, limits, umask, uid, gid, groups }) => {
  try {
    if (limits.length > 0) execFileSync('prlimit', ['--pid=' + process.pid, ...limits], { stdio: 'pipe' });
    if (umask !== undefined) process.umask(umask);
    if (groups !== undefined) {
      process.setgroups(groups);
      process.setgid(gid);
      process.setuid(uid);
    }
    if (process.geteuid() !== uid || process.getegid() !== gid) throw new RangeError('it is still another user');
    if (paths !== undefined) return process.send({ seen: paths.map(see) });
    const out = hasLog ? 'inherit' : 'ignore';
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', out, out] });
    child.once('error', (error) => process.send({ error: error.message }));
    child.once('spawn', () => process.send({ pid: child.pid }));
    child.once('exit', (status, signal) => process.send({ status, signal }));
  } catch (error) {
    process.send({ error: error.message });
  }
});`;

async function launchAs(plan: LaunchPlan): Promise<Launched> {
  const { told, ended, release } = await askHelper(plan);
  if (told !== undefined && 'pid' in told) return { ok: true, pid: told.pid, ended, release };
  release();
  return { ok: false, detail: `${plan.argv[0] ?? ''} cannot be started: ${whyNot(told)}` };
}

function whyNot(told: Told | undefined): string {
  return told !== undefined && 'error' in told ? told.error : 'its helper ended';
}

/** Hands a plan to a helper, or paths to look at, and waits for its first word: undefined when it ended without one. */
async function askHelper(
  { argv, cwd, env, log, runAs }: LaunchPlan,
  asked: { readonly paths?: readonly string[] } = {},
) {
  const child = spawn(process.execPath, ['-e', helper], {
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin:/usr/sbin:/sbin' },
    cwd: '/',
    detached: true,
    stdio: ['ignore', log ?? 'ignore', log ?? 'ignore', 'ipc'],
  });
  let ended: { readonly status: number | null; readonly signal: string | null } | undefined;
  child.on('message', (told: Told) => {
    if ('status' in told) ended = told;
  });
  child.send({
    ...asked,
    argv,
    cwd,
    env,
    hasLog: log !== undefined,
    limits: Object.entries(runAs.limits).map(limitOption),
    umask: runAs.umask,
    uid: runAs.uid,
    gid: runAs.gid,
    ...(process.geteuid?.() === 0 ? { groups: runAs.groups } : {}),
  });
  const told = await Promise.race([firstWord(child), once(child, 'exit').then(() => undefined)]);
  const release = () => {
    if (child.connected) child.disconnect();
    child.unref();
  };
  return { told, ended: () => ended, release };
}

async function firstWord(child: ChildProcess): Promise<Told> {
  const [told] = (await once(child, 'message')) as [Told];
  return told;
}

function limitOption([name, { soft, hard }]: readonly [string, Limit]): string {
  return `--${name}=${soft}:${hard}`;
}
