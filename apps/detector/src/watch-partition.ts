import { BadEntryError, BusError, type Bucket, type Bus } from '@cortex/bus';
import { telemetryMetrics } from '@cortex/contracts';
import { emptyPartition, restorePartition, type DetectionSettings } from '@cortex/detection';
import type { Shard, ShardWork } from '@cortex/shards';
import type { Logger } from 'pino';
import { OvertakenError, type Snapshot } from './adapters/snapshot-head.ts';
import { SnapshotStore } from './adapters/snapshot-store.ts';
import type { ModelFitter } from './adapters/model-fitter.ts';
import type { Semaphore } from '@cortex/runtime';
import type { DetectorMetrics } from './detector-metrics.ts';
import { FittingModels } from './fitting-models.ts';
import type { MetricSightings } from './metric-sightings.ts';
import { createTelemetryHandler } from './handlers/telemetry-metrics.ts';

export interface WatchOptions {
  readonly bus: Pick<Bus, 'read' | 'publishUnlessStored'>;
  readonly bucket: Bucket<Snapshot>;
  /** Number of all partitions of the telemetry. */
  readonly partitions: number;
  readonly snapshotWrites: Semaphore;
  readonly settings: DetectionSettings;
  readonly fitter: ModelFitter;
  readonly sightings: Pick<MetricSightings, 'note'>;
  readonly metrics: DetectorMetrics;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly onCaughtUp: () => void;
}

/** Watches a partition from the last owner's snapshot on, for as long as the shard is held. */
export async function watchPartition(options: WatchOptions, shard: Shard): Promise<ShardWork> {
  const { bus, bucket, partitions, snapshotWrites, settings, fitter, sightings, metrics, now, onCaughtUp } = options;
  const partition = shard.name;
  const logger = options.logger.child({ partition });
  const snapshots = new SnapshotStore({
    bucket,
    partition,
    partitions,
    snapshotWrites,
    owner: shard,
    now,
    onError(err) {
      metrics.unsaved.inc();
      logger.error({ err }, 'the detection state was not saved');
    },
  });
  const { sequence, state } = await restore();
  const fitting = new FittingModels(state, fitter);
  const handle = createTelemetryHandler({
    shard,
    settings,
    initial: state,
    bus,
    snapshots,
    fitting,
    sightings,
    metrics,
    logger,
  });
  const reading = await bus.read({
    event: telemetryMetrics,
    partition: Number(partition),
    from: { afterSequence: sequence },
    deadLetterAs: 'detector',
    handle,
    onCaughtUp,
  });
  metrics.takeovers.inc();
  logger.info({ after: sequence, series: state.series.size, token: shard.token }, 'watching');
  return {
    async end() {
      await reading.stop();
      await snapshots.flush();
      metrics.forget(partition);
      logger.info({ inOrder: shard.isHeld() }, 'no longer watching');
    },
  };

  /** An unusable snapshot only loses memory: the stream is then read from its beginning. */
  async function restore() {
    try {
      const saved = await snapshots.load();
      if (saved === undefined) return { sequence: 0, state: emptyPartition() };
      return { sequence: saved.sequence, state: restorePartition(settings, saved.state) };
    } catch (err) {
      if (err instanceof OvertakenError || (err instanceof BusError && !(err instanceof BadEntryError))) throw err;
      logger.warn(
        { err },
        'the saved detection state cannot be used; it is built anew from the telemetry that is left',
      );
      return { sequence: 0, state: emptyPartition() };
    }
  }
}
