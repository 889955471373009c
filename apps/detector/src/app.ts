import { detectorBucket } from '@cortex/contracts';
import { compileDetection } from '@cortex/detection';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { assignShards } from '@cortex/shards';
import { ModelFitter } from './adapters/model-fitter.ts';
import { Semaphore } from '@cortex/runtime';
import { startCorrelation } from './correlation.ts';
import { DetectorMetrics } from './detector-metrics.ts';
import { watchMetricSightings } from './metric-sightings.ts';
import { watchPartition } from './watch-partition.ts';

/**
 * Watches the telemetry partitions that it owns; each is owned by one detector at a time. The state of a partition is a
 * pure function of the stream: it is loaded from the last snapshot, and everything behind the snapshot's own stream
 * sequence is read again. No ack is involved. So after a crash at any point the next owner reaches the same state, and
 * publishes the same events under the same ids, which the stream drops as duplicates and consumers recognise.
 */
export async function startDetector(context: ServiceContext): Promise<RunningApp> {
  const { config, bus, logger, runtime } = context;
  const settings = compileDetection(config.detection, config.playbooks, config);
  const metrics = new DetectorMetrics(context.metrics);
  const bucket = await bus.bucket(detectorBucket);
  const fitter = new ModelFitter((err) => logger.error({ err }, 'a model was not fitted on its own thread'));
  const { partitions } = config.collector;
  const sightings = await watchMetricSightings(context);
  const snapshotWrites = new Semaphore(1);
  const behind = new Set<string>();
  const assignment = await assignShards({
    bus,
    service: context.name,
    replica: context.instance,
    shards: Array.from({ length: partitions }, (_, partition) => String(partition)),
    logger,
    runtime,
    onChange: (held) => metrics.owned.set(held),
    async begin(shard) {
      behind.add(shard.name);
      const isOver = (): void => void behind.delete(shard.name);
      shard.signal.addEventListener('abort', isOver, { once: true });
      return watchPartition(
        {
          bus,
          bucket,
          partitions,
          snapshotWrites,
          settings,
          fitter,
          sightings,
          metrics,
          logger,
          now: runtime.now,
          onCaughtUp: isOver,
        },
        shard,
      );
    },
  });
  const correlation = await startCorrelation(context);
  return {
    isReady: () => behind.size === 0,
    async beforeDrain() {
      await sightings.stop();
      await correlation.stop();
      await assignment.stop();
      await fitter.stop();
    },
  };
}
