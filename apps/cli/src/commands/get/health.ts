import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { healthTree, type Health } from './health-tree.ts';
import { notFound } from './not-found.ts';

/** Targets and their checks; of one service or instance, if named. */
export async function getHealth(input: CommandInput, name: string | undefined): Promise<void> {
  const { hasColour, screen } = input.context;
  const health = await readHealth(input, name, textOption(input, 'limit'));
  show(input.context, health, (answer) =>
    healthTree(answer, { columns: screen()?.columns ?? Infinity, hasColour, nowMs: Date.now() }),
  );
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
