import type { SeriesList, SeriesView } from '@cortex/api';
import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { age } from '../../output/time.ts';

const most = 1_000;

/** What arrived within the last ten minutes, with its newest value: of one service, or of all. */
export async function getSeries(input: CommandInput, id: string | undefined): Promise<void> {
  const { context } = input;
  const service = id ?? textOption(input, 'service');
  const answer = await context.api.call('series', {
    query: { service, limit: textOption(input, 'limit') ?? most },
  });
  show(context, answer, ({ series }) =>
    tableOr(
      `no series${service === undefined ? '' : ` of ${service}`} arrived within the last 10 minutes; docs/telemetry.md says what one may send`,
      series,
      [
        { title: 'service', value: (row) => row.service },
        { title: 'instance', value: (row) => row.instance },
        { title: 'series', value: (row) => row.metric },
        { title: 'value', value: valueText },
        { title: 'age', value: (row) => age(row.at) },
        {
          title: 'labels',
          value: (row) =>
            Object.entries(row.labels)
              .map(([name, value]) => `${name}=${value}`)
              .join(' ') || undefined,
        },
      ],
    ),
  );
  const missing = whatIsMissing(answer);
  if (missing !== undefined) context.note(missing);
}

/** A plain number has the unit 1, which nobody needs to read. */
function valueText({ value, unit }: SeriesView): string {
  const short = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return unit === undefined || unit === '1' || unit === '' ? String(short) : `${short} ${unit}`;
}

function whatIsMissing({ series, total, isWhole }: SeriesList): string | undefined {
  if (!isWhole) return 'more arrived than could be read in time: series may be missing, and newer values';
  return series.length < total ? `${total - series.length} more: name a service, or say --limit` : undefined;
}
