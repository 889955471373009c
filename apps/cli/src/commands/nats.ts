import { connectBus, type Bus, type BusLogger } from '@cortex/bus';
import { stackOf } from '../api/stack-of-folder.ts';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandInput, type OptionDefinition } from '../core/command.ts';

const defaultUrl = 'nats://127.0.0.1:4222';
export const connectTimeoutMs = 5_000;

export const natsOption: OptionDefinition = {
  flags: '--nats <url>',
  summary: `address of NATS (default: CORTEX_NATS_URL, else that of the stack of this folder, else ${defaultUrl})`,
};

export function natsUrl(input: CommandInput): readonly string[] {
  const named = textOption(input, 'nats') ?? (input.context.environment['CORTEX_NATS_URL'] || undefined);
  return (named ?? stackOf(input.context.workingFolder)?.natsUrl ?? defaultUrl).split(',').map((url) => url.trim());
}

const quiet: BusLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** Connects, does the work, and disconnects; reports when NATS does not answer. */
export function withBus<Result>(input: CommandInput, work: (bus: Bus) => Promise<Result>): Promise<Result> {
  return withBusAt(natsUrl(input), work);
}

/** The same, at these servers. */
export async function withBusAt<Result>(
  servers: readonly string[],
  work: (bus: Bus) => Promise<Result>,
): Promise<Result> {
  const bus = await explainFailure(servers, () =>
    connectBus({
      servers,
      source: '/cortex/cli',
      name: `cli-${process.pid}`,
      logger: quiet,
      firstConnectTimeoutMs: connectTimeoutMs,
    }),
  );
  try {
    return await work(bus);
  } finally {
    await bus.drain(1_000);
  }
}

/** Refused connections and timeouts become one clear error; explained errors of the bus are passed on. */
export async function explainFailure<Result>(servers: readonly string[], work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('CORTEX_') && !/_UN(REACHABLE|AVAILABLE)$/.test(code)) throw error;
    throw new CliError(
      'CORTEX_CLI_NATS_UNREACHABLE',
      `NATS at ${servers.join(', ')} does not answer`,
      'start it with `cortex up`, or name it with --nats or CORTEX_NATS_URL',
      'unreachable',
    );
  }
}
