import { derivedId } from '@cortex/bus';
import type { RunningApp, ServiceContext } from '@cortex/service';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { HostMetrics } from './adapters/host-metrics.ts';
import { AlertQueue } from './alerts/alert-queue.ts';
import { alertRoutes } from './alerts/routes.ts';
import { Batcher } from './batching/batcher.ts';
import { createCollectorMetrics } from './collector-metrics.ts';
import { OtlpListenError } from './errors.ts';
import type { Intake, Source } from './http/intake.ts';
import { createServer } from './http/server.ts';
import { otlpRoutes } from './otlp/routes.ts';
import { pollPrometheus } from './prometheus/poll.ts';
import type { Rejections } from './rejections.ts';
import { remoteWriteRoutes } from './remote-write/routes.ts';
import { every } from './schedule.ts';
import { readSettings, type CollectorSettings } from './settings.ts';
import { SignalWindows } from './signals/signal-windows.ts';

/** How often to look for alerts that were not renewed. */
const alertExpiryMs = 1_000;

/**
 * Turns outside signals into telemetry (metrics, logs and traces by OTLP, Prometheus by remote write and by query, the
 * metrics of this machine), and alerts of other systems into anomalies. Makes no judgement.
 */
export async function startCollector(
  context: ServiceContext,
  settings: CollectorSettings = readSettings(process.env),
): Promise<RunningApp> {
  const { config, bus, logger } = context;
  const { host, otlp, partitions, signals } = config.collector;
  const batcher = new Batcher({
    partitions,
    publish: (draft) => bus.publish(draft),
    onLost(samples, error) {
      metrics.lost.inc(samples);
      logger.error({ samples, err: error }, 'telemetry was lost');
    },
  });
  const metrics = createCollectorMetrics(context.metrics, {
    waiting: () => batcher.waiting,
    alertsFiring: () => alertQueue.firing,
  });

  const intake: Intake = {
    offer: (samples) => batcher.offer(samples),
    isFull: () => batcher.isFull,
    onReceived(source, samples, rejections) {
      metrics.collected.inc({ source }, samples);
      onRejected(source, rejections);
    },
    nowMs: () => context.runtime.now().getTime(),
  };
  function onRejected(source: Source, rejections: Rejections): void {
    for (const [reason, count] of rejections.byReason) metrics.rejected.inc({ source, reason }, count);
    if (rejections.points > 0) logger.debug({ source, rejections: rejections.message }, 'samples were not taken in');
  }
  const signalWindows = new SignalWindows({
    settings: signals,
    intake,
    onReceived(source, taken, rejections) {
      metrics.signals.inc({ source }, taken);
      onRejected(source, rejections);
    },
    onNewTemplate: (template) => logger.info({ template }, 'new log template'),
    onSamples: (source, samples) => metrics.collected.inc({ source }, samples),
  });
  const alertQueue = new AlertQueue({
    mapping: config.collector.labels,
    publish: ({ draft, identity, startedAtMs }) =>
      bus.publish(draft, undefined, derivedId({ id: '', time: new Date(startedAtMs).toISOString() }, ...identity)),
    nowMs: intake.nowMs,
  });
  const server = createServer([
    otlpRoutes(intake, signalWindows),
    remoteWriteRoutes(intake, config.collector),
    alertRoutes({
      queue: alertQueue,
      isConnected: () => bus.isConnected(),
      onReceived: (source, alerts) => metrics.alerts.inc({ source }, alerts),
      nowMs: intake.nowMs,
    }),
  ]);
  const otlpHost = settings.otlpHost ?? otlp.host;
  const port = await listen(server, otlpHost, otlp.port);
  logger.info({ host: otlpHost, port }, 'otlp listening');

  const reader =
    host && new HostMetrics(host, (what, err) => logger.warn({ what, err }, 'host metrics are incomplete'));
  const stopReading = every(host?.intervalMs ?? 0, readHost, (err) => logger.error({ err }, 'no host metrics'));
  async function readHost(): Promise<void> {
    const samples = (await reader?.read(context.runtime.now().getTime())) ?? [];
    if (batcher.offer(samples)) metrics.collected.inc({ source: 'host' }, samples.length);
    else metrics.rejected.inc({ source: 'host', reason: 'too_much_waiting' }, samples.length);
  }
  const stopClosing = every(
    signals.windowMs,
    async () => signalWindows.close(),
    (err) => logger.error({ err }, 'no metrics of logs and traces'),
  );
  const stopPolling = pollPrometheus({ settings: config.collector, intake, metrics, logger });
  const stopExpiring = every(
    alertExpiryMs,
    () => alertQueue.expire(),
    (err) => logger.error({ err }, 'alerts cannot be cleared'),
  );
  return {
    async beforeDrain() {
      await Promise.all([server.close(), stopReading(), stopClosing(), stopExpiring(), stopPolling()]);
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
