import type { Runtime } from '@cortex/runtime';
import type { MemoryNetwork } from '../memory/memory-network.ts';
import type { Cable } from './site.ts';

const onTheWayMs = 0.2;

/** A connection to the server in memory with latency, which can be broken. */
export class CableNetwork implements MemoryNetwork, Cable {
  readonly #clock: Pick<Runtime, 'after'>;
  readonly #listeners = new Set<(connected: boolean) => void>();
  #isConnected = true;
  #isDeaf = false;
  /** Counts the connections: messages in flight on one never arrive on another. */
  #connection = 1;

  constructor(clock: Pick<Runtime, 'after'>) {
    this.#clock = clock;
  }

  toServer(arrive: () => void): void {
    this.#carry(arrive);
  }

  toClient(arrive: () => void): void {
    if (!this.#isDeaf) this.#carry(arrive);
  }

  isConnected(): boolean {
    return this.#isConnected;
  }

  onChange(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  cut(): void {
    this.#isDeaf = false;
    this.#connection += 1;
    this.#change(false);
  }

  mend(): void {
    this.#change(true);
  }

  deafen(): void {
    this.#isDeaf = true;
  }

  #carry(arrive: () => void): void {
    if (!this.#isConnected) return;
    const connection = this.#connection;
    this.#clock.after(onTheWayMs, () => {
      if (connection === this.#connection) arrive();
    });
  }

  #change(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    for (const listener of this.#listeners) listener(isConnected);
  }
}
