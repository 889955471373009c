import type { RunningApp, ServiceContext } from '@cortex/service';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { HostMetrics } from './adapters/host-metrics.ts';
import { Batcher } from './batching/batcher.ts';
import { createCollectorMetrics } from './collector-metrics.ts';
import { OtlpListenError } from './errors.ts';
import type { Intake } from './http/intake.ts';
import { createServer } from './http/server.ts';
import { otlpRoutes } from './otlp/routes.ts';
import { remoteWriteRoutes } from './remote-write/routes.ts';
import { every } from './schedule.ts';

/** Turns outside signals into telemetry: OTLP, Prometheus' remote write, the metrics of this machine. Judges nothing. */
export async function startCollector(context: ServiceContext): Promise<RunningApp> {
  const { config, bus, logger } = context;
  const { host, otlp, partitions } = config.collector;
  const batcher = new Batcher({
    partitions,
    publish: (draft) => bus.publish(draft),
    onLost(samples, error) {
      metrics.lost.inc(samples);
      logger.error({ samples, err: error }, 'telemetry was lost');
    },
  });
  const metrics = createCollectorMetrics(context.metrics, () => batcher.waiting);

  const intake: Intake = {
    offer: (samples) => batcher.offer(samples),
    isFull: () => batcher.isFull,
    onReceived(source, samples, rejections) {
      metrics.collected.inc({ source }, samples);
      for (const [reason, count] of rejections.byReason) metrics.rejected.inc({ source, reason }, count);
      if (rejections.points > 0) logger.debug({ source, rejections: rejections.message }, 'samples were not taken in');
    },
    nowMs: () => context.now().getTime(),
  };
  const server = createServer([otlpRoutes(intake), remoteWriteRoutes(intake, config.collector)]);
  const port = await listen(server, otlp.host, otlp.port);
  logger.info({ host: otlp.host, port }, 'otlp listening');

  const reader =
    host && new HostMetrics(host, (what, err) => logger.warn({ what, err }, 'host metrics are incomplete'));
  const stopReading = every(host?.intervalMs ?? 0, readHost, (err) => logger.error({ err }, 'no host metrics'));
  async function readHost(): Promise<void> {
    const samples = (await reader?.read(context.now().getTime())) ?? [];
    if (batcher.offer(samples)) metrics.collected.inc({ source: 'host' }, samples.length);
    else metrics.rejected.inc({ source: 'host', reason: 'too_much_waiting' }, samples.length);
  }
  return {
    async beforeDrain() {
      await Promise.all([server.close(), stopReading()]);
      await batcher.close();
    },
  };
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new OtlpListenError(host, port, error);
  }
  return (server.server.address() as AddressInfo).port;
}
