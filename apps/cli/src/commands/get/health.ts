import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { isTargetNamed } from '../target-of.ts';
import { healthTable } from './health-table.ts';
import { healthTree, type Health } from './health-tree.ts';
import { notFound } from './not-found.ts';
import { isWatchedIntoFile } from './watch-view.ts';

/** Targets and their checks; of one service or instance, if named. */
export async function getHealth(input: CommandInput, name: string | undefined): Promise<void> {
  const { hasColour, screen } = input.context;
  const health = await readHealth(input, name, textOption(input, 'limit'));
  const isLog = input.options['watch'] === true && isWatchedIntoFile(input.context);
  const nowMs = Date.now();
  show(input.context, health, (answer) =>
    isLog
      ? healthTable(answer, nowMs)
      : healthTree(answer, { columns: screen()?.columns ?? Infinity, hasColour, nowMs }),
  );
}

async function readHealth(
  { context: { api } }: CommandInput,
  name: string | undefined,
  limit: string | undefined,
): Promise<Health> {
  const { targets } = await api.call('targets');
  if (name === undefined) return { targets, ...(await api.call('checks', { query: { limit } })) };
  const isService = targets.some(({ target }) => target.service === name);
  const wanted = targets.filter(({ target }) => (isService ? target.service === name : isTargetNamed(target, name)));
  const [first, ...others] = wanted;
  if (first === undefined) throw notFound('service or instance', name, 'cortex get targets');
  const { service, instance } = first.target;
  const several = isService ? { service } : { instance };
  const query = others.length === 0 ? { service, instance } : several;
  return { targets: wanted, ...(await api.call('checks', { query: { ...query, limit } })) };
}
