import { relative, isAbsolute } from 'node:path';
import type { CommandContext } from '../core/command.ts';

type Shell = Pick<CommandContext, 'workingFolder' | 'environment'>;

/** A path as it is typed in the working folder: relative below it, else absolute. */
export function shownPath(path: string, { workingFolder }: Pick<Shell, 'workingFolder'>): string {
  const below = relative(workingFolder, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

/** What to type after `cortex init`, to be copied: each command finds the file that was written. */
export function nextCommands(file: string, shell: Shell): readonly string[] {
  const { environment } = shell;
  const path = shownPath(file, shell);
  const isFound = path === 'cortex.yaml' && (environment['CORTEX_CONFIG'] ?? '') === '';
  const option = isFound ? '' : ` --config ${quoted(path)}`;
  const program = environment['npm_command'] === 'exec' ? 'npx cortex' : 'cortex';
  return ['check run --all', 'up'].map((words) => `${program} ${words}${option}`);
}

function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
