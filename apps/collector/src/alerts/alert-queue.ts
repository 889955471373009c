import { Semaphore } from '@cortex/runtime';
import type { LabelMapping } from '../prometheus/identify.ts';
import { AlertLedger, type AlertStep } from './alert-ledger.ts';
import type { ReceivedAlert } from './payload.ts';

export interface AlertQueueOptions {
  readonly mapping: LabelMapping;
  /** Resolves when the event is stored. */
  readonly publish: (step: AlertStep) => Promise<unknown>;
  readonly nowMs: () => number;
  /** The number of requests at which further ones are refused. */
  readonly maxWaiting?: number;
}

/** After a refused request no alert expires before its sender had time to repeat it. */
const graceMs = 2 * 60_000;

/** Processes alerts one request after the other, so that two concurrent requests do not both find an alert new. */
export class AlertQueue {
  readonly #ledger: AlertLedger;
  readonly #options: Required<AlertQueueOptions>;
  readonly #queue = new Semaphore(1);
  #waiting = 0;
  #refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: AlertQueueOptions) {
    this.#options = { maxWaiting: 16, ...options };
    this.#ledger = new AlertLedger(options.mapping);
  }

  get firing(): number {
    return this.#ledger.firing;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#options.maxWaiting;
  }

  /** Publishes the changes. Resolves when all of them are stored. */
  take(alerts: readonly ReceivedAlert[]): Promise<void> {
    return this.#enqueue(async () => {
      for (const alert of alerts) await this.#carryOut(this.#ledger.take(alert, this.#options.nowMs()));
    });
  }

  /** A request was refused: it is unknown which alerts it would have renewed. */
  refuse(): void {
    this.#refusedAtMs = this.#options.nowMs();
  }

  /** Clears the alerts that were not renewed in time. */
  async expire(): Promise<void> {
    if (this.#options.nowMs() - this.#refusedAtMs < graceMs) return;
    await this.#enqueue(async () => {
      for (const end of this.#ledger.expired(this.#options.nowMs())) await this.#carryOut(end);
    });
  }

  async #carryOut({ step, keep }: ReturnType<AlertLedger['take']>): Promise<void> {
    if (step !== undefined) await this.#options.publish(step);
    keep();
  }

  async #enqueue(task: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#queue.run(task);
    } finally {
      this.#waiting -= 1;
    }
  }
}
