import { resolve } from 'node:path';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { runUp } from '../up/run-up.ts';
import { configOption, configurationFile } from './configuration-file.ts';
import { installation } from './installation.ts';

export const upCommand: CommandDefinition = {
  name: 'up',
  summary: 'Run all of Cortex on this machine with your configuration: nats-server and every service, until Ctrl-C',
  options: [
    configOption,
    { flags: '--dir <folder>', summary: 'store, logs and keys', default: '.cortex' },
    { flags: '--nats <url>', summary: 'use this NATS instead of starting one' },
    {
      flags: '--processes',
      summary: 'a process for each service instead of one for all: a crash of one leaves the others alone',
    },
  ],
  examples: [
    { line: 'cortex up', says: 'with cortex.yaml of this folder' },
    { line: 'cortex up --config config/staging.yaml --dir /var/lib/cortex', says: 'state elsewhere' },
    { line: 'cortex up --nats nats://nats.example:4222', says: 'with a NATS that runs already' },
    { line: 'cortex up --processes', says: 'with three times the memory' },
  ],
  async run(input) {
    const { context } = input;
    await runUp({
      configFile: configurationFile(textOption(input, 'config'), context),
      dir: resolve(context.workingFolder, textOption(input, 'dir') ?? '.cortex'),
      appsDir: installation.apps,
      natsUrl: textOption(input, 'nats'),
      isEachInItsProcess: input.options['processes'] === true,
      context,
    });
    return 'ok';
  },
};
