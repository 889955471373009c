import type { Silence } from '@cortex/contracts';
import type { CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { table } from '../../output/table.ts';
import { span } from '../../output/time.ts';
import { notFound } from './not-found.ts';

export async function getSilences({ context }: CommandInput, id: string | undefined): Promise<void> {
  const { silences, unreadable } = await context.api.call('silences');
  const wanted = silences.filter((silence) => id === undefined || silence.id === id);
  if (id !== undefined && wanted.length === 0) throw notFound('silence', id, 'cortex get silences');
  show(context, { silences: wanted, unreadable }, (answer) => {
    const lines = answer.unreadable.map(
      (one) => `silence ${one} cannot be read, so nothing is remediated: cortex unsilence ${one}`,
    );
    return [answer.silences.length === 0 ? 'nothing is silenced' : silenceTable(answer.silences), ...lines].join('\n');
  });
}

function silenceTable(silences: readonly Silence[]): string {
  const now = Date.now();
  return table(silences, [
    { title: 'silence', value: ({ id }) => id },
    { title: 'service', value: ({ service }) => service },
    { title: 'instance', value: ({ instance }) => instance ?? 'all' },
    { title: 'check', value: ({ check }) => check ?? 'all' },
    {
      title: 'begins in',
      value: ({ startsAt }) => (Date.parse(startsAt) > now ? span(Date.parse(startsAt) - now) : undefined),
    },
    { title: 'ends in', value: ({ endsAt }) => span(Math.max(0, Date.parse(endsAt) - now)) },
    { title: 'by', value: ({ by }) => by },
    { title: 'reason', value: ({ reason }) => reason },
  ]);
}
