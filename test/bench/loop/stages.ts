import { median, milliseconds, ratio, type Table } from '../report.ts';
import { serviceName } from '../support/site.ts';
import { startLoopMeter } from './measure.ts';
import type { Side } from './sides.ts';
import { startTap, type Tapped } from './tap.ts';

/** What is heard on the way from an anomaly to the first action; each begins when the one before has been answered. */
const marks = [
  ['anomaly published', 'cortex.anomaly.detected.'],
  ['decision took it in and decided', '$KV.cortex-open-incidents.'],
  ['the service points to the incident', '$KV.cortex-incidents.'],
  ['the record is written', 'cortex.remediation.requested.'],
  ['the executor took it in and planned', '$KV.cortex-leases.'],
  ['holds are taken', '$KV.cortex-journal.'],
  ['the intent is written, the action ran', 'cortex.remediation.started.'],
] as const;

/** Where the time goes, as another client of the server hears it; medians. */
export async function stageTable(sides: readonly [Side, Side], from: number, count: number): Promise<Table> {
  const [cortex = [], bare = []] = [await stagesOf(sides[0], from, count), await stagesOf(sides[1], from, count)];
  return {
    title: 'Where the time goes, one incident at a time, medians, as another client hears it',
    columns: ['until', 'Cortex', 'bare', 'ratio'],
    rows: cortex.map((value, index) => {
      const other = bare[index] ?? Number.NaN;
      return [marks[index + 1]?.[0] ?? '', milliseconds(value), milliseconds(other), ratio(value, other)];
    }),
  };
}

async function stagesOf({ connection }: Side, from: number, count: number): Promise<number[]> {
  const meter = startLoopMeter(connection);
  const tap = startTap(connection);
  await connection.flush();
  await meter.oneByOne(from, count);
  tap.stop();
  meter.stop();
  const perIncident = Array.from({ length: count }, (_, index) => timesOf(tap.messages, serviceName(from + index)));
  return marks
    .slice(1)
    .map((_, stage) => median(perIncident.map((times) => (times[stage + 1] ?? 0) - (times[stage] ?? 0))));
}

/** When each mark of one incident was heard. Records bear the id of the incident, so they are found by their place. */
function timesOf(messages: readonly Tapped[], service: string): number[] {
  const start = messages.findIndex(({ subject }) => subject === `${marks[0][1]}${service}`);
  const own = messages.slice(start);
  return marks.map(([, prefix]) => own.find(({ subject }) => subject.startsWith(prefix))?.atMs ?? Number.NaN);
}
