import { shortId } from '@cortex/api';
import { Anomaly, anomalyCleared, type Envelope } from '@cortex/contracts';
import { textOption, type CommandInput } from '../../core/command.ts';
import { show } from '../../output/show.ts';
import { tableOr } from '../../output/table.ts';
import { age } from '../../output/time.ts';

/** An anomaly as its newest event tells it. */
interface AnomalyRow {
  readonly anomaly: Anomaly;
  /** Absent while it lasts. */
  readonly clearedAt?: string;
}

const spanMs = 6 * 3_600_000;
const mostEvents = 1_000;

/** Anomalies that began, changed or ended within the last six hours; those that last first. */
export async function getAnomalies(input: CommandInput, id: string | undefined): Promise<void> {
  const { context } = input;
  const { events } = await context.api.call('events', {
    query: {
      type: 'anomaly.*',
      service: id ?? textOption(input, 'service'),
      since: new Date(Date.now() - spanMs).toISOString(),
      limit: textOption(input, 'limit') ?? mostEvents,
    },
  });
  show(context, { anomalies: foldAnomalies(events) }, ({ anomalies }) =>
    tableOr('no anomalies in the last 6 hours', anomalies, [
      { title: 'anomaly', value: (row) => shortId(row.anomaly.anomalyId) },
      { title: 'severity', value: (row) => row.anomaly.severity },
      { title: 'service', value: (row) => row.anomaly.service },
      { title: 'instance', value: (row) => row.anomaly.instance },
      { title: 'age', value: (row) => age(row.anomaly.startedAt) },
      { title: 'state', value: (row) => (row.clearedAt === undefined ? 'lasts' : `over ${age(row.clearedAt)} ago`) },
      { title: 'metric', value: (row) => row.anomaly.metric },
      { title: 'value', value: (row) => round(row.anomaly.value) },
      { title: 'normal', value: (row) => bandOf(row.anomaly) },
    ]),
  );
}

/** One row an anomaly, with its newest values: what lasts first, then the newest. */
export function foldAnomalies(events: readonly Envelope[]): readonly AnomalyRow[] {
  const rows = new Map<string, AnomalyRow>();
  for (const { type, data } of events) {
    if (type === anomalyCleared.type) {
      const cleared = anomalyCleared.data.safeParse(data);
      const row = cleared.success ? rows.get(cleared.data.anomalyId) : undefined;
      // Of one that began before the span nothing but its end is known.
      if (cleared.success && row !== undefined) {
        rows.set(cleared.data.anomalyId, { anomaly: row.anomaly, clearedAt: cleared.data.clearedAt });
      }
      continue;
    }
    const anomaly = Anomaly.safeParse(data);
    if (anomaly.success) rows.set(anomaly.data.anomalyId, { anomaly: anomaly.data });
  }
  return [...rows.values()].sort(
    (left, right) =>
      Number(left.clearedAt !== undefined) - Number(right.clearedAt !== undefined) ||
      right.anomaly.startedAt.localeCompare(left.anomaly.startedAt),
  );
}

function bandOf({ lower, upper, expected }: Anomaly): string | undefined {
  if (lower !== undefined && upper !== undefined) return `${round(lower)} to ${round(upper)}`;
  return expected === undefined ? undefined : String(round(expected));
}

/** Four digits are enough to compare. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
