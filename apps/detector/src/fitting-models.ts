import type { SeriesBatch } from '@cortex/contracts';
import { deliverFit, pendingFits, type FitRequest, type PartitionState } from '@cortex/detection';
import type { ModelFitter } from './adapters/model-fitter.ts';

/**
 * The fits that the detection of one partition has requested: made on another thread while it reads on, and awaited
 * before the telemetry that needs them. So the result does not depend on how long a fit takes.
 */
export class FittingModels {
  readonly #state: PartitionState;
  readonly #fitter: ModelFitter;
  readonly #running = new Map<FitRequest, Promise<void>>();

  /** Begins with the fits that were pending when the state was saved. */
  constructor(state: PartitionState, fitter: ModelFitter) {
    this.#state = state;
    this.#fitter = fitter;
    this.begin(pendingFits(state.entities.values()));
  }

  begin(requests: readonly FitRequest[]): void {
    for (const request of requests) this.#running.set(request, this.#run(request));
  }

  /** Resolves when every model that these samples may need is ready. */
  async untilReadyFor(series: readonly Pick<SeriesBatch, 'timesMs'>[]): Promise<void> {
    if (this.#running.size === 0) return;
    let latestMs = 0;
    for (const { timesMs } of series) for (const timeMs of timesMs) latestMs = Math.max(latestMs, timeMs);
    const needed = [...this.#running].filter(([{ neededAtMs }]) => neededAtMs <= latestMs);
    await Promise.all(needed.map(([, done]) => done));
  }

  async #run(request: FitRequest): Promise<void> {
    const model = await this.#fitter.fit(request);
    if (model !== undefined) deliverFit(this.#state.entities.get(request.key), request, model);
    this.#running.delete(request);
  }
}
