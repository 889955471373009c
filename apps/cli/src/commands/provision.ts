import { provision } from '@cortex/bus';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { facts } from '../output/table.ts';
import { connectTimeoutMs, explainFailure, natsOption, natsUrl } from './nats.ts';

export const provisionCommand: CommandDefinition = {
  name: 'provision',
  summary: 'Create the streams and buckets that Cortex needs, and check those that exist; safe to repeat',
  options: [
    natsOption,
    { flags: '--replicas <number>', summary: 'copies of each in a NATS cluster: 1, 3 or 5', default: '1' },
    { flags: '--check', summary: 'compare only, change nothing' },
  ],
  examples: [
    { line: 'cortex provision', says: 'the server on this machine' },
    { line: 'cortex provision --nats nats://nats:4222 --replicas 3', says: 'a cluster of three' },
  ],
  async run(input) {
    const servers = natsUrl(input);
    const replicas = Number(textOption(input, 'replicas'));
    if (![1, 3, 5].includes(replicas)) {
      throw new CliError(
        'CORTEX_CLI_BAD_REPLICAS',
        '--replicas must be 1, 3 or 5',
        'an even number of copies tolerates no more failures',
        'usage',
      );
    }
    const report = await explainFailure(servers, () =>
      provision({
        servers,
        replicas,
        checkOnly: input.options['check'] === true,
        firstConnectTimeoutMs: connectTimeoutMs,
      }),
    );
    show(
      input.context,
      report,
      ({ server, durability, created, extended, unchanged, killSwitchInitialised, killSwitchLost }) =>
        facts([
          ['server', `nats-server ${server.version} (${server.name})`],
          ['created', created.length === 0 ? 'nothing' : created.join(', ')],
          ['extended', extended.length === 0 ? 'nothing' : extended.join(', ')],
          ['unchanged', `${unchanged.length}`],
          ['kill switch', switchWords(killSwitchInitialised, killSwitchLost)],
          ['durability', String(durability)],
        ]),
    );
    return 'ok';
  },
};

function switchWords(isInitialised: boolean, isLost: boolean): string | undefined {
  if (isLost) return 'its bucket was gone, so it is on: see what else is gone before you switch it off';
  return isInitialised ? 'written for the first time: off' : undefined;
}
