import { CliError } from '../../core/cli-error.ts';
import { textOption, type CommandInput } from '../../core/command.ts';
import { redraw } from '../../output/redraw.ts';
import { healthTree, type Health } from './health-tree.ts';
import { notFound } from './not-found.ts';

const redrawMs = 1_000;

/** Targets and their checks; of one service or instance, if named. */
export async function getHealth(input: CommandInput, name: string | undefined): Promise<void> {
  const { context, options } = input;
  const limit = textOption(input, 'limit');
  let health = await readHealth(input, name, limit);
  if (options['watch'] !== true) {
    context.print(textOf(health, input));
    return;
  }
  await redraw(context, redrawMs, async () => {
    try {
      health = await readHealth(input, name, limit);
      return textOf(health, input);
    } catch (error) {
      // A restarting console is back in a moment; until then the last known state is shown.
      if (!(error instanceof CliError) || context.output === 'json') throw error;
      return `${error.code}: ${error.message}\n${textOf(health, input)}`;
    }
  });
}

async function readHealth(
  { context: { api } }: CommandInput,
  name: string | undefined,
  limit: string | undefined,
): Promise<Health> {
  const { targets } = await api.call('targets');
  if (name === undefined) return { targets, ...(await api.call('checks', { query: { limit } })) };
  const key = targets.some(({ target }) => target.service === name) ? 'service' : 'instance';
  const wanted = targets.filter(({ target }) => target[key] === name);
  if (wanted.length === 0) throw notFound('service or instance', name, 'cortex get targets');
  return {
    targets: wanted,
    ...(await api.call('checks', { query: { [key]: name, limit } })),
  };
}

function textOf(health: Health, { context, options }: CommandInput): string {
  const { output, hasColour, screen } = context;
  if (output === 'json') return JSON.stringify(health, undefined, options['watch'] === true ? undefined : 2);
  return healthTree(health, { columns: screen()?.columns ?? Infinity, hasColour, nowMs: Date.now() });
}
