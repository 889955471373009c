import { madeFolders, readRunningStack, removeMadeFolders } from '@cortex/local-stack';
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import type { CommandContext, CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { dirOption, stackFolder } from './stack-folder.ts';

const mebibyte = 1024 * 1024;

interface Made {
  readonly path: string;
  readonly bytes: number;
}

export const uninstallCommand: CommandDefinition = {
  name: 'uninstall',
  summary: 'Name what Cortex has made in this folder (store, logs, keys, audit trail); with --yes, remove it',
  options: [{ flags: '--yes', summary: 'remove it: there is no way back' }, dirOption],
  examples: [
    { line: 'cortex uninstall', says: 'what would be removed; the configuration never is' },
    {
      line: 'cortex uninstall --yes',
      says: 'after `cortex stop`, and `cortex audit export` if you must keep the trail',
    },
  ],
  async run(input) {
    const { context } = input;
    const dir = stackFolder(input);
    // The demo keeps its state in a folder below that of `cortex up`.
    const folders = [join(dir, 'demo'), dir];
    const isWanted = input.options['yes'] === true;
    if (isWanted) refuseWhileInUse(folders);
    const paths = folders.flatMap(madeIn);
    if (isWanted) for (const folder of folders) removeMadeFolders(folder);
    show(context, { dir, removed: isWanted, paths }, () =>
      paths.length === 0 ? `nothing of Cortex is in ${dir}` : listText(paths, isWanted, context),
    );
    return 'ok';
  },
};

function madeIn(folder: string): readonly Made[] {
  const paths = madeFolders(folder).map((name) => join(folder, name));
  return paths.filter((path) => existsSync(path)).map((path) => ({ path, bytes: sizeOf(path) }));
}

function listText(paths: readonly Made[], isRemoved: boolean, { workingFolder }: CommandContext): string {
  const lines = paths.map(
    ({ path, bytes }) => `  ${relative(workingFolder, path)}  ${Math.ceil(bytes / mebibyte)} MiB`,
  );
  if (isRemoved) return ['removed:', ...lines].join('\n');
  const rest = 'your configuration and playbooks stay, and so do streams in a NATS elsewhere; remove with --yes';
  return ['would be removed:', ...lines, rest].join('\n');
}

function refuseWhileInUse(folders: readonly string[]): void {
  for (const folder of folders) {
    const stack = readRunningStack(folder);
    if (stack === undefined) continue;
    throw new CliError(
      'CORTEX_STACK_RUNNING',
      `a stack runs in ${folder} (process ${stack.owner.pid})`,
      'end it first: `cortex stop`',
      'refused',
    );
  }
  const mounted = folders.flatMap(mountsBelow);
  if (mounted.length === 0) return;
  throw new CliError(
    'CORTEX_STACK_RUNNING',
    `the demo was killed: ${mounted.join(', ')} is still mounted`,
    `unmount it first: umount ${mounted.join(' ')}`,
    'refused',
  );
}

function mountsBelow(folder: string): readonly string[] {
  const made = madeFolders(folder).map((name) => join(folder, name));
  try {
    const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    return lines.flatMap((line) => line.split(' ')[1] ?? []).filter((path) => made.includes(path));
  } catch {
    // Not Linux: the demo mounts nothing there.
    return [];
  }
}

/** Of the files below; links are not followed. */
function sizeOf(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path)
    .map((name) => sizeOf(join(path, name)))
    .reduce((sum, bytes) => sum + bytes, 0);
}
