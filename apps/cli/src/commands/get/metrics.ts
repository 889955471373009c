import type { AwaitedMetricView } from '@cortex/api';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { table } from '../../output/table.ts';
import { age } from '../../output/time.ts';

/** What playbooks wait for, those that nobody sends first. */
export async function getMetrics({ context }: CommandInput): Promise<void> {
  const { metrics } = await context.api.call('awaitedMetrics');
  const sorted = metrics.toSorted((left, right) => Number(right.isMissing) - Number(left.isMissing));
  show(context, { metrics: sorted }, (answer) =>
    answer.metrics.length === 0 ? 'no playbook waits for a metric' : metricTable(answer.metrics),
  );
}

function metricTable(metrics: readonly AwaitedMetricView[]): string {
  return table(metrics, [
    { title: 'metric', value: ({ metric }) => metric },
    { title: 'last told', value: ({ seenAt, isMissing }) => toldAs(age(seenAt), isMissing) },
    { title: 'awaited by', value: ({ by }) => by.join(', ') },
  ]);
}

function toldAs(ago: string | undefined, isMissing: boolean): string {
  if (ago === undefined) return 'never';
  return isMissing ? `${ago} ago: nobody sends it` : `${ago} ago`;
}
