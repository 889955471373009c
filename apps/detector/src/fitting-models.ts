import type { SeriesBatch } from '@cortex/contracts';
import { deliverFit, pendingFits, type FitRequest, type PartitionState } from '@cortex/detection';
import type { ModelFitter } from './adapters/model-fitter.ts';

/**
 * The fits that the detection of one partition has asked for: done elsewhere while it reads on, and waited for before the
 * telemetry that needs them. So what is read when does not depend on how long a fit takes.
 */
export class FittingModels {
  readonly #state: PartitionState;
  readonly #fitter: ModelFitter;
  readonly #running = new Map<FitRequest, Promise<void>>();

  /** Begins with what the state was still waiting for when it was saved. */
  constructor(state: PartitionState, fitter: ModelFitter) {
    this.#state = state;
    this.#fitter = fitter;
    this.begin(pendingFits(state.entities.values()));
  }

  begin(requests: readonly FitRequest[]): void {
    for (const request of requests) this.#running.set(request, this.#run(request));
  }

  /** Resolves when every model is there that these samples may need. */
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
