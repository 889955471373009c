import type { TargetView } from '@cortex/api';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { age } from '../../output/time.ts';
import { isTargetNamed } from '../target-of.ts';
import { notFound } from './not-found.ts';

/** The last known state of what nobody looks at is no state. */
function healthOf({ state, flapping, unseenSince }: TargetView): string {
  if (unseenSince !== undefined) return `${state} (not looked at for ${age(unseenSince)})`;
  return flapping ? `${state} (flapping)` : state;
}

export async function getTargets({ context }: CommandInput, id: string | undefined): Promise<void> {
  const { targets } = await context.api.call('targets');
  const wanted = targets.filter(({ target }) => id === undefined || isTargetNamed(target, id));
  if (id !== undefined && wanted.length === 0) throw notFound('service or instance', id, 'cortex get targets');
  show(context, { targets: wanted }, (answer) =>
    tableOr('no targets are configured', answer.targets, [
      { title: 'service', value: (row) => row.target.service },
      { title: 'instance', value: (row) => row.target.instance },
      { title: 'health', value: healthOf },
      { title: 'for', value: (row) => age(row.since) },
      {
        title: 'why',
        value: (row) => row.failing.map((check) => `${check.check}: ${check.detail}`).join('; ') || row.reason,
      },
    ]),
  );
}
