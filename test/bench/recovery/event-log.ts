import type { NatsConnection } from '@nats-io/transport-node';

export interface Heard {
  readonly type: string;
  readonly data: EventData;
  /** On the clock of this process. */
  readonly atMs: number;
}

/** What is looked at in the events of several kinds. */
interface EventData {
  readonly to?: string;
  readonly state?: string;
  readonly incident?: { readonly id: string };
}

const subjects = ['health', 'incident', 'remediation', 'verification'].map((family) => `cortex.${family}.>`);

/** Hears what the services of one target say. */
export class EventLog {
  readonly heard: Heard[] = [];
  readonly #open = new Set<string>();
  #health = 'UNKNOWN';

  constructor(connection: NatsConnection) {
    for (const subject of subjects) {
      connection.subscribe(subject, {
        callback: (_error, message) => this.#take(message.json<{ type: string; data: EventData }>()),
      });
    }
  }

  /** Healthy, and no incident is open. */
  get isQuiet(): boolean {
    return this.#health === 'HEALTHY' && this.#open.size === 0;
  }

  #take({ type, data }: { readonly type: string; readonly data: EventData }): void {
    this.heard.push({ type, data, atMs: performance.now() });
    if (type.endsWith('health.changed')) this.#health = data.to ?? 'UNKNOWN';
    if (type.endsWith('incident.opened')) this.#open.add(data.incident?.id ?? '');
    if (type.endsWith('incident.resolved')) this.#open.delete(data.incident?.id ?? '');
  }
}
