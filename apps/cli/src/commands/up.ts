import { defaultPorts, serviceNames } from '@cortex/local-stack';
import { resolve } from 'node:path';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { portOption } from '../core/port-option.ts';
import { runUp } from '../up/run-up.ts';
import { configOption, configurationFile } from './configuration-file.ts';
import { installation } from './installation.ts';

const portOrder = serviceNames.filter((name) => name !== 'console').join(', ');

export const upCommand: CommandDefinition = {
  name: 'up',
  summary: 'Run all of Cortex on this machine with your configuration: nats-server and every service, until Ctrl-C',
  options: [
    configOption,
    { flags: '--dir <folder>', summary: 'store, logs and keys', default: '.cortex' },
    { flags: '--nats <url>', summary: 'use this NATS instead of starting one' },
    { flags: '--allow-missing-secrets', summary: 'start although secrets cannot be read; their users will fail' },
    {
      flags: '--nats-port <number>',
      summary: 'port of nats-server; another one if it is taken',
      default: String(defaultPorts.nats),
    },
    {
      flags: '--ports <first>',
      summary: `health and metrics of the services, from this port on: ${portOrder}; another one if one is taken`,
      default: String(defaultPorts.firstService),
    },
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
      ports: { nats: portOption(input, 'nats-port'), firstService: portOption(input, 'ports') },
      isEachInItsProcess: input.options['processes'] === true,
      isAllowedMissingSecrets: input.options['allowMissingSecrets'] === true,
      context,
    });
    return 'ok';
  },
};
