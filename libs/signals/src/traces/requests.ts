import { traceMetrics, type SeriesSample } from '@cortex/contracts';
import { LogCollapsingLowestDenseDDSketch } from '@datadog/sketches-js';
import type { Source } from '../source.ts';
import type { Span } from './span.ts';

/** Quantiles are right to within 1 %. */
const relativeAccuracy = 0.01;
/** From a microsecond to a day takes 1,260 bins. */
const binLimit = 1_536;

const quantiles = [
  [traceMetrics.p50, 0.5],
  [traceMetrics.p95, 0.95],
  [traceMetrics.p99, 0.99],
] as const;

/** The requests of one window: their number, failures and durations (DDSketch: Masson, Rim, Lee, VLDB 2019). */
export class Requests {
  #count = 0;
  #errors = 0;
  readonly #durations = new LogCollapsingLowestDenseDDSketch({ relativeAccuracy, binLimit });

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add({ isError, seconds }: Pick<Span, 'isError' | 'seconds'>): void {
    this.#count += 1;
    if (isError) this.#errors += 1;
    if (seconds !== undefined) this.#durations.accept(seconds);
  }

  merge(other: Requests): void {
    this.#count += other.#count;
    this.#errors += other.#errors;
    this.#durations.merge(other.#durations);
  }

  /** Without requests the rates are zero, and there is no ratio and no duration. */
  samples(source: Source, labels: Readonly<Record<string, string>>, timeMs: number, seconds: number): SeriesSample[] {
    const sample = (metric: string, value: number): SeriesSample => ({ ...source, metric, labels, timeMs, value });
    const samples = [
      sample(traceMetrics.requests, this.#count / seconds),
      sample(traceMetrics.errors, this.#errors / seconds),
    ];
    if (this.#count > 0) samples.push(sample(traceMetrics.errorRatio, this.#errors / this.#count));
    if (this.#durations.count === 0) return samples;
    for (const [metric, quantile] of quantiles) {
      samples.push({ ...sample(metric, this.#durations.getValueAtQuantile(quantile)), unit: 's' });
    }
    return samples;
  }
}
