import { expectCommand } from '@cortex/processes';
import type { ProcessIdentity } from '@cortex/processes';
import { resolve } from 'node:path';
import { baseEnvironment } from '../../run-program.ts';
import { rehearse } from './launch.ts';
import type { LaunchPlan, Seen } from './launch.ts';
import type { ProcessTarget } from './process-target.ts';
import { marker, markerVariable } from './process-target.ts';
import { resolveRunAs } from './run-as.ts';
import type { RunAs, RunAsResult } from './run-as.ts';

/** Where the C library looks when there is no PATH. */
const defaultPath = '/bin:/usr/bin';

/**
 * As whom the new process is to run, and whether it can be started so: asked while the old one, or what is left of it, still
 * serves. What cannot be started is a reason to end nothing.
 */
export async function prepareStart(target: ProcessTarget, old: ProcessIdentity | undefined): Promise<RunAsResult> {
  const result = await resolveRunAs(target, old);
  const problem = result.ok ? await whyNotStarted(target, result.runAs) : undefined;
  return problem === undefined ? result : { ok: false, detail: problem };
}

/** What a process of this target is started with. */
export function environmentOf(target: ProcessTarget, runAs: RunAs): Readonly<Record<string, string>> {
  return { ...baseEnvironment(), ...runAs.env, ...target.facts.env, [markerVariable]: marker(target) };
}

async function whyNotStarted(target: ProcessTarget, runAs: RunAs): Promise<string | undefined> {
  const { startCommand: argv } = target.facts;
  if (argv === undefined) return undefined;
  const env = environmentOf(target, runAs);
  const plan = { argv, cwd: runAs.cwd, env, log: undefined, runAs };
  const files = candidates(plan);
  const rehearsal = await rehearse(plan, files);
  if (!rehearsal.ok) return `it cannot be started as user ${runAs.uid}: ${rehearsal.detail}: nothing was ended`;
  const [folder, ...programs] = rehearsal.seen;
  return whyNoFolder(plan, folder) ?? whyNoProgram(plan, programs) ?? (await whyNoInterpreter(plan, files[0] ?? '/'));
}

/** The working directory, and the files of which the first that may be executed is started. */
function candidates({ argv: [name = ''], cwd, env, runAs }: LaunchPlan): readonly string[] {
  // The helper that becomes another user starts at the root.
  const from = cwd ?? (runAs.isOwn ? process.cwd() : '/');
  const folders = name.includes('/') ? ['.'] : (env['PATH'] ?? defaultPath).split(':');
  return [from, ...folders.map((folder) => resolve(from, folder, name))];
}

function whyNoFolder({ cwd, runAs }: LaunchPlan, seen: Seen | undefined): string | undefined {
  if (cwd === undefined || seen === 'folder') return undefined;
  const why = reason(seen, `may not be entered by user ${runAs.uid}`, 'is no folder');
  return `its working directory, ${cwd}, ${why}: nothing was ended; make the folder ready, or set cwd to another`;
}

function whyNoProgram({ argv: [name = ''], cwd, env, runAs }: LaunchPlan, seen: readonly Seen[]): string | undefined {
  if (seen.includes('program')) return undefined;
  const forbidden = `user ${runAs.uid} may not execute`;
  const install = seen.includes('EACCES') ? 'give it that right' : 'install it';
  if (name.includes('/')) {
    const where = name.startsWith('/') || cwd === undefined ? '' : ` in ${cwd}`;
    const why = reason(seen[0], forbidden, 'is a folder');
    return `start_command names ${name}, which ${why}${where}: nothing was ended; ${install}, or name what can be started`;
  }
  const path = env['PATH'] ?? defaultPath;
  const why = seen.includes('EACCES') ? `${forbidden} (PATH is ${path})` : `is in no folder of its PATH, ${path}`;
  return `start_command names ${name}, which ${why}: nothing was ended; ${install}, or name it by its path`;
}

function reason(seen: Seen | undefined, forbidden: string, wrongKind: string): string {
  if (seen === 'ENOENT' || seen === 'ENOTDIR') return 'does not exist';
  if (seen === 'folder' || seen === 'program') return wrongKind;
  return seen === 'EACCES' ? forbidden : `cannot be looked at (${seen})`;
}

/** Of `#!/usr/bin/env NAME` the system starts `env`, whatever becomes of the name: that is left to show itself. */
async function whyNoInterpreter({ argv, env }: LaunchPlan, cwd: string): Promise<string | undefined> {
  const { script, executable, interpreter } = await expectCommand({ argv, cwd, path: env['PATH'] ?? defaultPath });
  if (script === undefined || executable !== undefined || interpreter?.startsWith('/') !== true) return undefined;
  return `start_command names ${script}, whose interpreter, ${interpreter}, does not exist: nothing was ended; install it, or mend the first line of the script`;
}
