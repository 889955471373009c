import { Counter, Gauge, type Registry } from 'prom-client';

export interface CollectorMetrics {
  readonly waiting: Gauge;
  readonly collected: Counter<'source'>;
  readonly rejected: Counter<'source' | 'reason'>;
  readonly lost: Counter;
}

export function createCollectorMetrics(registry: Registry, waiting: () => number): CollectorMetrics {
  const registers = [registry];
  return {
    waiting: new Gauge({
      name: 'cortex_waiting_batches',
      help: 'Telemetry events that await publication',
      registers,
      collect() {
        this.set(waiting());
      },
    }),
    collected: new Counter({
      name: 'cortex_collected_samples_total',
      help: 'Samples taken in',
      labelNames: ['source'],
      registers,
    }),
    rejected: new Counter({
      name: 'cortex_rejected_samples_total',
      help: 'Samples not taken in, by the reason',
      labelNames: ['source', 'reason'],
      registers,
    }),
    lost: new Counter({ name: 'cortex_lost_samples_total', help: 'Samples that could not be published', registers }),
  };
}
