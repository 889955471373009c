import { readRunningStack, type RunningStack } from '@cortex/local-stack';
import { join } from 'node:path';

/** Where `cortex up` and `cortex demo` keep their state, unless told otherwise. */
export const stackFolders = ['.cortex', '.cortex/demo'] as const;

/** The stack that `cortex up`, or else the demo, runs in this folder. */
export function stackOf(workingFolder: string): RunningStack | undefined {
  for (const folder of stackFolders) {
    const stack = readRunningStack(join(workingFolder, folder));
    if (stack !== undefined) return stack;
  }
  return undefined;
}
