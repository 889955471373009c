import type { Bus, Consumption } from '@cortex/bus';
import { anomalyCleared, anomalyDetected, anomalyUpdated, type EventData } from '@cortex/contracts';
import type { SignalWord } from '@cortex/verification';

export type OnWord = (key: string, word: SignalWord) => void;

/** What the sources of anomalies of a service say from a time on: that they go on, or are over. */
export async function followAnomalies(
  bus: Pick<Bus, 'read'>,
  service: string,
  from: Date,
  onWord: OnWord,
): Promise<Pick<Consumption, 'stop'>> {
  const takeOpen = ({ data }: { readonly data: EventData<'anomaly.detected'> }): void =>
    onWord(data.anomalyId, { kind: 'open', triggers: data.triggers, atMs: Date.parse(data.observedAt) });
  const readings = await Promise.all([
    bus.read({ event: anomalyDetected, service, from, handle: takeOpen }),
    bus.read({ event: anomalyUpdated, service, from, handle: takeOpen }),
    bus.read({
      event: anomalyCleared,
      service,
      from,
      handle: ({ data: { anomalyId, end, clearedAt } }) =>
        onWord(anomalyId, { kind: 'cleared', end, atMs: Date.parse(clearedAt) }),
    }),
  ]);
  return {
    async stop() {
      await Promise.all(readings.map((reading) => reading.stop()));
    },
  };
}
