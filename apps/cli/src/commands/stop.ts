import { readRunningStack, stopRunningStack } from '@cortex/local-stack';
import type { CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { dirOption, stackFolder } from './stack-folder.ts';

/** Longer than services and nats-server take together at most. */
const graceMs = 40_000;

export const stopCommand: CommandDefinition = {
  name: 'stop',
  summary: 'End the stack that `cortex up` or `cortex demo` runs in this folder, in order; nothing else',
  options: [dirOption],
  examples: [
    { line: 'cortex stop', says: 'what runs in this folder; twice is once' },
    { line: 'cortex stop --dir /var/lib/cortex', says: 'what was started with that folder' },
  ],
  async run(input) {
    const dir = stackFolder(input);
    const pid = readRunningStack(dir)?.owner.pid;
    const how = await stopRunningStack(dir, graceMs);
    show(input.context, { stopped: how !== undefined, ...(how === undefined ? {} : { how }), dir }, () => {
      if (how === undefined) return `nothing runs in ${dir}`;
      if (pid === undefined) return `the nats-server that a dead stack left in ${dir} was ended`;
      return how === 'in order'
        ? `stopped (process ${pid})`
        : `stopped by force, because it did not end within ${graceMs / 1_000} s (process ${pid})`;
    });
    return 'ok';
  },
};
