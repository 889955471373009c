import { Counter, Gauge, type Registry } from 'prom-client';

export interface CollectorMetrics {
  readonly waiting: Gauge;
  readonly collected: Counter<'source'>;
  readonly rejected: Counter<'source' | 'reason'>;
  readonly signals: Counter<'source'>;
  readonly lost: Counter;
  readonly queries: Counter<'outcome'>;
  readonly alerts: Counter<'source'>;
  readonly alertsFiring: Gauge;
}

/** Values that are read when the metrics are scraped. */
export interface Readings {
  readonly waiting: () => number;
  readonly alertsFiring: () => number;
}

export function createCollectorMetrics(registry: Registry, { waiting, alertsFiring }: Readings): CollectorMetrics {
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
      help: 'Samples, log records and spans not taken in, by the reason',
      labelNames: ['source', 'reason'],
      registers,
    }),
    signals: new Counter({
      name: 'cortex_received_signals_total',
      help: 'Log records and spans taken in',
      labelNames: ['source'],
      registers,
    }),
    queries: new Counter({
      name: 'cortex_prometheus_queries_total',
      help: 'Queries to Prometheus, by how they ended',
      labelNames: ['outcome'],
      registers,
    }),
    alerts: new Counter({
      name: 'cortex_received_alerts_total',
      help: 'Alerts taken in, repeated and resolved ones too',
      labelNames: ['source'],
      registers,
    }),
    alertsFiring: new Gauge({
      name: 'cortex_firing_alerts',
      help: 'Alerts of others that fire, as far as this collector was told',
      registers,
      collect() {
        this.set(alertsFiring());
      },
    }),
    lost: new Counter({ name: 'cortex_lost_samples_total', help: 'Samples that could not be published', registers }),
  };
}
