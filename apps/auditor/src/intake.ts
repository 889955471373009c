import type { RawMessage } from '@cortex/bus';

const mostMessages = 512;
const mostBytes = 16 * 1_024 * 1_024;

/** Messages on their way into the chain, bounded: readers wait while it is full. */
export class Intake {
  #messages: RawMessage[] = [];
  #bytes = 0;
  #wakeReaders: (() => void)[] = [];
  #wakeWriter = (): void => undefined;

  /** Resolves to true when the message is in; to false when the intake was closed instead. */
  async put(message: RawMessage, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && (this.#messages.length >= mostMessages || this.#bytes >= mostBytes)) {
      await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
    }
    if (signal.aborted) return false;
    this.#messages.push(message);
    this.#bytes += message.data.byteLength;
    this.#wakeWriter();
    return true;
  }

  /** The oldest messages, at most `count` and about `bytes`; they stay until they are dropped. */
  peek(count: number, bytes: number): readonly RawMessage[] {
    let total = 0;
    const batch: RawMessage[] = [];
    for (const message of this.#messages.slice(0, count)) {
      total += message.data.byteLength;
      if (batch.length > 0 && total > bytes) break;
      batch.push(message);
    }
    return batch;
  }

  drop(count: number): void {
    for (const message of this.#messages.splice(0, count)) this.#bytes -= message.data.byteLength;
    this.#wakeAll();
  }

  /** Resolves when there is a message, after `ms`, or when `wake` is called. */
  async waitForMessages(ms: number): Promise<void> {
    if (this.#messages.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeWriter = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Makes all waiting calls check again. */
  wake(): void {
    this.#wakeWriter();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wakeReaders.splice(0)) wake();
  }
}
