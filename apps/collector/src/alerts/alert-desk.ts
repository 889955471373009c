import { Semaphore } from '@cortex/runtime';
import type { LabelMapping } from '../prometheus/identify.ts';
import { AlertBook, type AlertStep } from './alert-book.ts';
import type { ReceivedAlert } from './payload.ts';

export interface AlertDeskOptions {
  readonly mapping: LabelMapping;
  /** Resolves when the event is stored. */
  readonly publish: (step: AlertStep) => Promise<unknown>;
  readonly nowMs: () => number;
  /** With so many requests at hand no more are taken. */
  readonly maxWaiting?: number;
}

/** After a request was refused, no alert ends for want of renewal before its sender had time to come again. */
const graceMs = 2 * 60_000;

/** Takes alerts one request after the other, so that two that come at once are not both taken for the first. */
export class AlertDesk {
  readonly #book: AlertBook;
  readonly #options: Required<AlertDeskOptions>;
  readonly #queue = new Semaphore(1);
  #waiting = 0;
  #refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: AlertDeskOptions) {
    this.#options = { maxWaiting: 16, ...options };
    this.#book = new AlertBook(options.mapping);
  }

  get firing(): number {
    return this.#book.firing;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#options.maxWaiting;
  }

  /** Publishes what is new in them. Resolves when all of it is stored. */
  take(alerts: readonly ReceivedAlert[]): Promise<void> {
    return this.#enqueue(async () => {
      for (const alert of alerts) await this.#carryOut(this.#book.take(alert, this.#options.nowMs()));
    });
  }

  /** A request was refused: what it would have renewed is not known. */
  refuse(): void {
    this.#refusedAtMs = this.#options.nowMs();
  }

  /** Clears the alerts that were to be renewed and were not. */
  async expire(): Promise<void> {
    if (this.#options.nowMs() - this.#refusedAtMs < graceMs) return;
    await this.#enqueue(async () => {
      for (const end of this.#book.expired(this.#options.nowMs())) await this.#carryOut(end);
    });
  }

  async #carryOut({ step, keep }: ReturnType<AlertBook['take']>): Promise<void> {
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
