import { awaitedMetrics, type AwaitedMetric } from '@cortex/config';
import { escapeToken, metricMissingAfterMs, metricSightingBucket, type CortexEvent } from '@cortex/contracts';
import type { ServiceContext } from '@cortex/service';
import { Gauge } from 'prom-client';

/** Notes which of the awaited metrics are told, and tells of those that are not. */
export interface MetricSightings {
  /** Takes note of what an event tells. Cheap: it is called for every one. */
  note(event: Pick<CortexEvent<'telemetry.metrics'>, 'time' | 'data'>): void;
  stop(): Promise<void>;
}

const everyMs = 60_000;

/** A metric that no sample has come of for an hour is logged once an hour, with who waits for it. */
export async function watchMetricSightings(context: ServiceContext): Promise<MetricSightings> {
  const { bus, config, logger, runtime } = context;
  const awaited = awaitedMetrics(config.playbooks);
  const names = new Set(awaited.map(({ metric }) => metric));
  const bucket = await bus.bucket(metricSightingBucket);
  const missing = new Gauge({
    name: 'cortex_awaited_metrics_missing',
    help: 'Metrics that playbooks ask about, and that nobody has told for an hour',
    registers: [context.metrics],
  });
  const startedAtMs = runtime.now().getTime();
  /** Seen here since the last round. */
  const fresh = new Map<string, string>();
  const toldAtMs = new Map<string, number>();
  const round = async (): Promise<void> => {
    const nowMs = runtime.now().getTime();
    const told = [...fresh];
    fresh.clear();
    for (const [metric, seenAt] of told) await bucket.put(escapeToken(metric), { metric, seenAt });
    const seen = new Map((await bucket.entries()).map(({ value }) => [value.metric, Date.parse(value.seenAt)]));
    const away = awaited.filter(({ metric }) => nowMs - (seen.get(metric) ?? startedAtMs) >= metricMissingAfterMs);
    missing.set(away.length);
    for (const one of away) {
      if (nowMs - (toldAtMs.get(one.metric) ?? Number.NEGATIVE_INFINITY) < metricMissingAfterMs) continue;
      toldAtMs.set(one.metric, nowMs);
      logger.warn(
        describe(one, seen.get(one.metric)),
        'nobody has sent this metric for an hour, so who waits for it waits in vain',
      );
    }
  };
  let last: Promise<void> = Promise.resolve();
  const timer = runtime.every(everyMs, () => {
    last = last
      .then(round)
      .catch((error: unknown) => logger.warn({ err: error }, 'cannot tell which metrics are seen'));
  });
  return {
    note({ time, data }) {
      if (names.size === 0) return;
      for (const { metric } of data.series) if (names.has(metric)) fresh.set(metric, time);
    },
    async stop() {
      timer.cancel();
      await last;
    },
  };
}

function describe({ metric, by }: AwaitedMetric, seenAtMs: number | undefined): object {
  return { metric, awaitedBy: by, lastSeen: seenAtMs === undefined ? 'never' : new Date(seenAtMs).toISOString() };
}
