import { natsUrl } from '../commands/nats.ts';
import { personOf } from '../commands/who.ts';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandInput } from '../core/command.ts';
import type { ExitReason } from '../core/exit-codes.ts';
import { show } from '../output/show.ts';
import { printable } from '../output/table.ts';
import { settleRecord, waitingRecords } from './quarantine.ts';

/** Restores or drops one record of the quarantine; without `--yes` it says what that would do. */
export async function repairRecord(input: CommandInput): Promise<ExitReason> {
  const restored = textOption(input, 'restoreRecord');
  const dropped = textOption(input, 'dropRecord');
  if (restored !== undefined && dropped !== undefined) {
    throw new CliError('CORTEX_CLI_USAGE', 'a record is either restored or dropped', 'name one of the two', 'usage');
  }
  const id = restored ?? dropped ?? '';
  const how = restored === undefined ? 'dropped' : 'restored';
  const servers = natsUrl(input).join(',');
  const record = (await waitingRecords(servers)).find((one) => one.id === id);
  if (record === undefined) {
    throw new CliError(
      'CORTEX_CLI_NOT_FOUND',
      `no record "${id}" is in quarantine`,
      '`cortex doctor` lists them',
      'notFound',
    );
  }
  const what = printable(`${record.key} in ${record.bucket}, ${record.byteCount} bytes`);
  if (input.options['yes'] !== true) {
    show(input.context, { id, record, how, done: false }, () => `would be ${how}: ${what}\ndo it with --yes`);
    return 'failed';
  }
  const settlement = await settleRecord(servers, id, how, personOf(input));
  const refusals = {
    unknown: 'somebody else has seen to it',
    replaced: 'a newer record has its place: it is not written over',
    incomplete: 'only its beginning was kept, so it cannot be put back',
  };
  if (settlement !== 'done') {
    throw new CliError(
      'CORTEX_CLI_REFUSED',
      `${what}: ${refusals[settlement]}`,
      '`cortex doctor` shows what waits',
      'refused',
    );
  }
  show(input.context, { id, record, how, done: true }, () => `${how}: ${what}`);
  return 'ok';
}
