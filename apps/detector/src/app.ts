import { BadEntryError, BusError, type Bucket, type Consumption } from '@cortex/bus';
import { detectorBucket, telemetryMetrics } from '@cortex/contracts';
import { compileDetection, emptyPartition, restorePartition, type DetectionSettings } from '@cortex/detection';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { SnapshotStore, type Snapshot } from './adapters/snapshot-store.ts';
import { startCorrelation } from './correlation.ts';
import { DetectorMetrics } from './detector-metrics.ts';
import { createTelemetryHandler } from './handlers/telemetry-metrics.ts';

interface WatchedPartition {
  readonly snapshots: SnapshotStore;
  readonly reading: Consumption;
}

/**
 * Watches every partition of the telemetry. The state of a partition is a pure function of the stream: it is loaded from
 * the last snapshot, and everything behind the snapshot's own stream sequence is read again. No ack is involved. So a
 * crash at any point leads to the same state, and to the same events under the same ids, which the stream drops as
 * duplicates and consumers know as such. A second detector beside this one would only say the same again.
 */
export async function startDetector(context: ServiceContext): Promise<RunningApp> {
  const { config, bus } = context;
  const settings = compileDetection(config.detection, config.playbooks, config.services);
  const metrics = new DetectorMetrics(context.metrics);
  const bucket = await bus.bucket(detectorBucket);
  const behind = new Set<number>(Array.from({ length: config.collector.partitions }, (_, partition) => partition));
  const partitions = await Promise.all(
    [...behind].map((partition) =>
      watchPartition(context, settings, metrics, bucket, partition, () => behind.delete(partition)),
    ),
  );
  const correlation = await startCorrelation(context);
  return {
    isReady: () => behind.size === 0,
    async beforeDrain() {
      await correlation.stop();
      await Promise.all(
        partitions.map(async ({ reading, snapshots }) => {
          await reading.stop();
          await snapshots.flush();
        }),
      );
    },
  };
}

async function watchPartition(
  { bus, logger, now }: ServiceContext,
  settings: DetectionSettings,
  metrics: DetectorMetrics,
  bucket: Bucket<Snapshot>,
  partition: number,
  onCaughtUp: () => void,
): Promise<WatchedPartition> {
  const log = logger.child({ partition });
  const snapshots = new SnapshotStore({
    bucket,
    partition,
    now,
    onError(err) {
      metrics.unsaved.inc();
      log.error({ err }, 'the detection state was not saved');
    },
  });
  const { sequence, state } = await restore();
  const handle = createTelemetryHandler({ partition, settings, initial: state, bus, snapshots, metrics, logger: log });
  const from = sequence === undefined ? 'all' : { afterSequence: sequence };
  const reading = await bus.read({
    event: telemetryMetrics,
    service: String(partition),
    from,
    deadLetterAs: 'detector',
    handle,
    onCaughtUp,
  });
  log.info({ from, series: state.series.size }, 'watching');
  return { snapshots, reading };

  /** A snapshot that cannot be used is no loss but of memory: what the stream still holds is read from its beginning. */
  async function restore() {
    try {
      const snapshot = await snapshots.load();
      if (snapshot === undefined) return { state: emptyPartition() };
      return { sequence: snapshot.sequence, state: restorePartition(settings, snapshot.state) };
    } catch (err) {
      if (err instanceof BusError && !(err instanceof BadEntryError)) throw err;
      log.warn({ err }, 'the saved detection state cannot be used; it is built anew from the telemetry that is left');
      return { state: emptyPartition() };
    }
  }
}
