import { readRunningStack } from '@cortex/local-stack';
import { resolve } from 'node:path';
import { stackFolders } from '../api/stack-of-folder.ts';
import { textOption, type CommandInput, type OptionDefinition } from '../core/command.ts';

/** The option of every command about a stack of this machine. */
export const dirOption: OptionDefinition = {
  flags: '--dir <folder>',
  summary: 'folder of the stack (default: .cortex, else that of the demo where only the demo runs)',
};

/** The folder that is named, or that of the stack that runs here, or the one in which `cortex up` would run. */
export function stackFolder(input: CommandInput): string {
  const { workingFolder } = input.context;
  const named = textOption(input, 'dir');
  if (named !== undefined) return resolve(workingFolder, named);
  const folders = stackFolders.map((folder) => resolve(workingFolder, folder));
  const running = folders.find((folder) => readRunningStack(folder) !== undefined);
  return running ?? folders[0] ?? workingFolder;
}
