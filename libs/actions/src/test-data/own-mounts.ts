import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** True when this process may make a mount namespace of its own: root, mostly. */
export const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;

const script = resolve(import.meta.dirname, 'run-in-own-mounts.ts');
const tsx = import.meta.resolve('tsx');

export interface MountedRun {
  /** Arguments of `mount`, one list a call. */
  readonly mounts: readonly (readonly string[])[];
  readonly action: string;
  readonly params: object;
  /** Of the target in the catalogue. */
  readonly facts?: object;
  /** Runs as this user, who may not see the processes of others where /proc is mounted so. */
  readonly uid?: number;
  /** Counts only. */
  readonly isDry?: boolean;
}

/** Runs a built-in action where these mounts are, in a process and a mount namespace of its own, and returns its result. */
export function actInOwnMounts(run: MountedRun): unknown {
  const argv = ['-m', process.execPath, '--import', tsx, script, JSON.stringify(run)];
  const ended = spawnSync('unshare', argv, { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`${ended.stdout}${ended.stderr}`);
  return JSON.parse(ended.stdout);
}
