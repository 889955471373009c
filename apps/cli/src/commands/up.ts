import { formatProblems } from '@cortex/config';
import { defaultPorts, serviceNames } from '@cortex/local-stack';
import { resolve } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { portOption } from '../core/port-option.ts';
import { runUp } from '../up/run-up.ts';
import { loadConfiguration } from './configuration.ts';
import { installation } from './installation.ts';
import { doubtfulLinks, refuseMissingSecrets } from './missing-secrets.ts';

const portOrder = serviceNames.filter((name) => name !== 'console').join(', ');

export const upCommand: CommandDefinition = {
  name: 'up',
  summary: 'Run all of Cortex on this machine with your configuration: nats-server and every service, until Ctrl-C',
  options: [
    { flags: '--config <file>', summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml)' },
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
  ],
  examples: [
    { line: 'cortex up', says: 'with cortex.yaml of this folder' },
    { line: 'cortex up --config config/staging.yaml --dir /var/lib/cortex', says: 'state elsewhere' },
    { line: 'cortex up --nats nats://nats.example:4222', says: 'with a NATS that runs already' },
  ],
  async run(input) {
    const { context } = input;
    const { file, result } = await loadConfiguration(textOption(input, 'config'), context);
    if (!result.ok) {
      throw new CliError(
        'CORTEX_CONFIGURATION_INVALID',
        `nothing was started, because the configuration has mistakes:\n${formatProblems(result.problems)}`,
        'correct them; `cortex validate` shows this list again',
      );
    }
    const missing = await refuseMissingSecrets(file, input.options['allowMissingSecrets'] === true);
    const doubts = [...missing, ...doubtfulLinks(file, result.configuration)];
    if (doubts.length > 0) context.note(`warning: ${formatProblems(doubts)}`);
    await runUp({
      configFile: file,
      configuration: result.configuration,
      dir: resolve(context.workingFolder, textOption(input, 'dir') ?? '.cortex'),
      appsDir: installation.apps,
      natsUrl: textOption(input, 'nats'),
      ports: { nats: portOption(input, 'nats-port'), firstService: portOption(input, 'ports') },
      print: context.print,
      signal: context.signal,
    });
    return 'ok';
  },
};
