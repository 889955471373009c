import { Envelope, anomalyDetected, checkData, findEventDefinition, telemetryMetrics } from '@cortex/contracts';
import type { Table } from '../report.ts';
import { ratio, round } from '../report.ts';
import { anomalyEvent } from '../support/anomaly.ts';
import { rawEvent, type RawEvent } from '../support/raw-event.ts';
import { cpuMicrosPerCall } from './time.ts';

/** What it costs to take an event apart and hold it against its contract, beside JSON.parse alone. */
export function benchEvents(): Table {
  const events: readonly (readonly [string, RawEvent])[] = [
    [anomalyDetected.type, anomalyEvent(0)],
    [`${telemetryMetrics.type}, 100 series`, telemetryOf(100)],
  ];
  return {
    title: 'Taking one event apart: parse, envelope and data against the contract',
    columns: ['event', 'bytes', 'checked, µs', 'JSON.parse, µs', 'ratio'],
    rows: events.map(([name, { bytes }]) => {
      const text = Buffer.from(bytes).toString('utf8');
      const calls = Math.ceil(20_000_000 / bytes.length);
      const checked = cpuMicrosPerCall(calls, () => check(text));
      const bare = cpuMicrosPerCall(calls, () => JSON.parse(text));
      return [name, bytes.length, round(checked), round(bare), ratio(checked, bare)];
    }),
  };
}

function check(text: string): void {
  const envelope = Envelope.parse(JSON.parse(text));
  const definition = findEventDefinition(envelope.type);
  if (definition === undefined || !checkData(definition, envelope.data).success) throw new TypeError('a bad event');
}

function telemetryOf(count: number): RawEvent {
  const series = Array.from({ length: count }, (_, index) => ({
    service: 'shop',
    instance: `shop-${index}`,
    metric: 'cpu_usage_percent',
    labels: { core: '0' },
    timesMs: [1_800_000_000_000],
    values: [index / 3],
  }));
  return rawEvent(telemetryMetrics, '0', { partition: 0, series });
}
