/** What goes wrong with a metric. */
export interface Fault {
  readonly name: string;
  readonly metric: string;
  readonly minutes: number;
  /** The value as it is `minute` minutes after the onset; `healthy` is what it would have been, `before` what it was last. */
  readonly value: (healthy: number, minute: number, before: number) => number;
}

/** The faults that people on call see. */
export const faults: readonly Fault[] = [
  { name: 'crash', metric: 'request_rate', minutes: 30, value: () => 0 },
  { name: 'traffic drops to a tenth', metric: 'request_rate', minutes: 30, value: (healthy) => healthy * 0.1 },
  {
    name: 'leak',
    metric: 'process_memory_bytes',
    minutes: 90,
    value: (healthy, minute) => healthy * (1 + 0.02 * minute),
  },
  { name: 'spike', metric: 'cpu_usage_percent', minutes: 10, value: (healthy) => Math.min(100, healthy * 2.5 + 20) },
  { name: 'slow drift', metric: 'latency_ms', minutes: 120, value: (healthy, minute) => healthy * (1 + 0.02 * minute) },
  {
    name: 'flapping',
    metric: 'request_rate',
    minutes: 60,
    value: (healthy, minute) => (Math.floor(minute / 2) % 2 === 0 ? 0 : healthy),
  },
  { name: 'stuck exporter', metric: 'queue_depth', minutes: 120, value: (_healthy, _minute, before) => before },
  {
    name: 'disk filling',
    metric: 'disk_usage_percent',
    minutes: 60,
    value: (healthy, minute) => Math.min(100, healthy + 0.6 * minute),
  },
  { name: 'latency step', metric: 'latency_ms', minutes: 60, value: (healthy) => healthy * 2 },
  { name: 'queue grows', metric: 'queue_depth', minutes: 60, value: (healthy, minute) => healthy + 8 * minute },
  {
    name: 'failing dependency',
    metric: 'latency_ms',
    minutes: 45,
    value: (healthy, minute) => healthy * (minute % 3 < 1 ? 1.5 : 4),
  },
];
