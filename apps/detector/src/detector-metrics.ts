import type { DetectionCounts, PartitionState } from '@cortex/detection';
import { Counter, Gauge, type Registry } from 'prom-client';

/** The detector's own metrics. Counters count work done, so events that are replayed after a restart count again. */
export class DetectorMetrics {
  readonly failures: Counter;
  readonly unsaved: Counter;
  readonly owned: Gauge;
  readonly takeovers: Counter;
  readonly #samples: Counter;
  readonly #refused: Counter<'reason'>;
  readonly #anomalies: Counter<'severity'>;
  readonly #series: Gauge<'partition'>;
  readonly #limited: Gauge<'partition'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#samples = new Counter({ name: 'cortex_samples_total', help: 'Samples judged', registers });
    this.#refused = new Counter({
      name: 'cortex_refused_samples_total',
      help: 'Samples that could not be judged',
      labelNames: ['reason'],
      registers,
    });
    this.#anomalies = new Counter({
      name: 'cortex_anomalies_total',
      help: 'Anomalies that opened',
      labelNames: ['severity'],
      registers,
    });
    this.#series = new Gauge({ name: 'cortex_series', help: 'Series watched', labelNames: ['partition'], registers });
    this.#limited = new Gauge({
      name: 'cortex_series_limits_met',
      help: 'Limits on series that were met within the last hour',
      labelNames: ['partition'],
      registers,
    });
    this.failures = new Counter({
      name: 'cortex_detection_failures_total',
      help: 'Telemetry events that the detection could not digest, and left out',
      registers,
    });
    this.unsaved = new Counter({
      name: 'cortex_detector_unsaved_total',
      help: 'Snapshots of the detection state that could not be written',
      registers,
    });
    this.owned = new Gauge({
      name: 'cortex_owned_partitions',
      help: 'Partitions that this detector watches',
      registers,
    });
    this.takeovers = new Counter({
      name: 'cortex_takeovers_total',
      help: 'Partitions that this detector began to watch, from where they had been left',
      registers,
    });
  }

  count(
    partition: string,
    { series, limited }: Pick<PartitionState, 'series' | 'limited'>,
    { samples, refused, opened }: DetectionCounts,
  ): void {
    this.#samples.inc(samples);
    this.#series.set({ partition }, series.size);
    this.#limited.set({ partition }, limited.size);
    for (const [reason, count] of Object.entries(refused)) this.#refused.inc({ reason }, count);
    for (const severity of opened) this.#anomalies.inc({ severity });
  }

  /** Another replica owns the partition now, and reports its series. */
  forget(partition: string): void {
    this.#series.remove({ partition });
    this.#limited.remove({ partition });
  }
}
