import type { EntityModel, FitRequest } from '@cortex/detection';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CortexError } from '@cortex/errors';
import { Semaphore } from '@cortex/runtime';

const isBundle = import.meta.url.endsWith('.js');
const workerUrl = isBundle ? new URL('./fit-worker.js', import.meta.url) : new URL('../fit-worker.ts', import.meta.url);

/**
 * Fits models on a thread beside the one that reads telemetry, one after another. The thread exists while there is
 * work. A failed fit costs only time: the detection makes it itself when it is needed.
 */
export class ModelFitter {
  readonly #onError: (error: unknown) => void;
  readonly #program: URL;
  readonly #queue = new Semaphore(1);
  #waiting = 0;
  #worker: Worker | undefined;

  /** `program` is the code of the thread. */
  constructor(onError: (error: unknown) => void, program: URL = workerUrl) {
    this.#onError = onError;
    this.#program = program;
  }

  /** Undefined when the fit failed. */
  async fit(request: FitRequest): Promise<EntityModel | undefined> {
    this.#waiting += 1;
    return this.#queue.run(() => this.#run(request));
  }

  async stop(): Promise<void> {
    await this.#dismiss();
  }

  async #run(request: FitRequest): Promise<EntityModel | undefined> {
    try {
      const worker = (this.#worker ??= new Worker(this.#program));
      return await answerOf(worker, request);
    } catch (error) {
      this.#onError(error);
      await this.#dismiss();
      return undefined;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) await this.#dismiss();
    }
  }

  async #dismiss(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/** The next message of the thread; throws the thread's error, or that it has ended. */
async function answerOf(worker: Worker, request: FitRequest): Promise<EntityModel> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(worker, 'exit', { signal }).then(([code]) => {
    throw new CortexError('CORTEX_DETECTOR_FIT_FAILED', `the thread that fits models ended with code ${String(code)}`);
  });
  try {
    worker.postMessage(request);
    const [model] = (await Promise.race([once(worker, 'message', { signal }), ended])) as [EntityModel];
    return model;
  } finally {
    listening.abort();
  }
}
