import { parseMessage, type Bus, type Consumption } from '@cortex/bus';
import { anomalyCleared, anomalyDetected, anomalyUpdated, type CortexEvent } from '@cortex/contracts';

export type AnomalyStreamEvent = CortexEvent<'anomaly.detected' | 'anomaly.updated' | 'anomaly.cleared'>;

export interface AnomalyReader {
  take(event: AnomalyStreamEvent, sequence: number): Promise<void>;
  /** Called when everything that was in the stream at the start has been taken. */
  onCaughtUp(): void;
}

const types = [anomalyDetected.type, anomalyUpdated.type, anomalyCleared.type] as const;

/** All anomaly events in stream order, from the oldest one left. Bad ones are skipped: decision reports them. */
export function readAnomalies(bus: Pick<Bus, 'readRaw'>, reader: AnomalyReader): Promise<Consumption> {
  return bus.readRaw({
    stream: anomalyDetected.stream,
    filter: 'cortex.anomaly.>',
    fromSequence: 1,
    async handle(message) {
      const type = types.find((one) => message.subject.startsWith(`cortex.${one}.`));
      if (type === undefined) return;
      const parsed = parseMessage(type, message);
      if (parsed.ok) await reader.take(parsed.event, message.sequence);
    },
    onCaughtUp: () => reader.onCaughtUp(),
  });
}
