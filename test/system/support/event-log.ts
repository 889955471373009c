import { auditedStreams } from '@cortex/audit';
import type { Bus, Consumption } from '@cortex/bus';
import { Envelope, type EventType, type StreamName } from '@cortex/contracts';

/** One event as a stream holds it. */
export interface LoggedEvent {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly type: string;
  readonly service: string;
  readonly incidentId: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Every event in the streams, from the first on, as they come. */
export interface EventLog {
  /** In the order of each stream; bad messages are not in it. */
  readonly events: readonly LoggedEvent[];
  of(type: EventType, service?: string): readonly LoggedEvent[];
  onEvent(listener: (event: LoggedEvent) => void): void;
  stop(): Promise<void>;
}

export async function readEventLog(bus: Bus): Promise<EventLog> {
  const events: LoggedEvent[] = [];
  const listeners: ((event: LoggedEvent) => void)[] = [];
  const readings: Consumption[] = await Promise.all(
    auditedStreams.map((stream) =>
      bus.readRaw({
        stream,
        fromSequence: 1,
        handle({ sequence, data }) {
          const envelope = parse(data);
          if (envelope === undefined) return;
          const { type, subject, incidentid } = envelope;
          const payload = envelope.data as LoggedEvent['data'];
          const event = { stream, sequence, type, service: subject, incidentId: incidentid, data: payload };
          events.push(event);
          for (const listener of listeners) listener(event);
        },
      }),
    ),
  );
  return {
    events,
    of: (type, service) =>
      events.filter((event) => event.type === type && (service === undefined || event.service === service)),
    onEvent: (listener) => void listeners.push(listener),
    async stop() {
      await Promise.all(readings.map((reading) => reading.stop()));
    },
  };
}

function parse(data: Uint8Array): Envelope | undefined {
  if (data.byteLength > 1_000_000) return undefined;
  try {
    return Envelope.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
