import type { CollectorSettings } from '@cortex/contracts';
import type { ServiceContext } from '@cortex/service';
import { PrometheusServer } from '../adapters/prometheus-server.ts';
import type { CollectorMetrics } from '../collector-metrics.ts';
import type { Intake } from '../http/intake.ts';
import { Rejection } from '../rejections.ts';
import { every } from '../schedule.ts';

export interface PollOptions {
  readonly settings: Pick<CollectorSettings, 'labels' | 'prometheus'>;
  readonly intake: Intake;
  readonly metrics: Pick<CollectorMetrics, 'queries'>;
  readonly logger: ServiceContext['logger'];
}

const tooMuchWaiting = new Rejection('too_much_waiting', 'too much telemetry awaits publication');

/** Polls every server on its own schedule. The result stops the polling and waits for its end. */
export function pollPrometheus({ settings, intake, metrics, logger }: PollOptions): () => Promise<void> {
  const stops = settings.prometheus.map(({ url, intervalMs, queries }) => {
    const server = new PrometheusServer({
      server: { url, intervalMs, queries },
      mapping: settings.labels,
      onResult({ metric }, { samples, rejections }) {
        metrics.queries.inc({ outcome: 'succeeded' });
        const isTaken = intake.offer(samples);
        if (!isTaken) rejections.add(tooMuchWaiting, samples.length);
        intake.onReceived('prometheus', isTaken ? samples.length : 0, rejections);
        if (rejections.points > 0) logger.warn({ url, metric, rejections: rejections.message }, 'bad query results');
      },
      onFailure({ metric }, err) {
        metrics.queries.inc({ outcome: 'failed' });
        logger.warn({ url, metric, err }, 'a query to Prometheus failed');
      },
      nowMs: intake.nowMs,
    });
    const stop = every(
      intervalMs,
      () => server.poll(),
      (err) => logger.error({ url, err }, 'a poll of Prometheus failed'),
    );
    return () => {
      server.close();
      return stop();
    };
  });
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
