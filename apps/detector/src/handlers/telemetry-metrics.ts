import type { Bus } from '@cortex/bus';
import type { CortexEvent } from '@cortex/contracts';
import { detect, savePartition, type Detection, type DetectionSettings, type PartitionState } from '@cortex/detection';
import type { Shard } from '@cortex/shards';
import type { Logger } from 'pino';
import type { FittingModels } from '../fitting-models.ts';
import type { SnapshotStore } from '../adapters/snapshot-store.ts';
import type { DetectorMetrics } from '../detector-metrics.ts';
import type { MetricSightings } from '../metric-sightings.ts';

export interface PartitionHandlerOptions {
  /** The partition. */
  readonly shard: Pick<Shard, 'name' | 'isHeld'>;
  readonly settings: DetectionSettings;
  /** Changed in place by the handler. */
  readonly initial: PartitionState;
  readonly bus: Pick<Bus, 'publishUnlessStored'>;
  readonly snapshots: SnapshotStore;
  readonly fitting: FittingModels;
  readonly sightings: Pick<MetricSightings, 'note'>;
  readonly metrics: DetectorMetrics;
  readonly logger: Logger;
}

/**
 * Handles the telemetry of one partition, event by event in stream order. It publishes first, then lets the new state
 * be saved: work that a crash interrupts is repeated from the last snapshot, with the same result under the same ids.
 * Events that could not be published are kept, and published when the same telemetry event comes again. After a loss of
 * the partition nothing more is done.
 */
export function createTelemetryHandler(options: PartitionHandlerOptions) {
  const { shard, settings, initial: state, bus, snapshots, fitting, sightings, metrics, logger } = options;
  let unpublished: { readonly sequence: number; readonly detection: Detection } | undefined;

  return async (
    event: CortexEvent<'telemetry.metrics'>,
    { sequence }: { readonly sequence: number },
  ): Promise<void> => {
    if (!shard.isHeld()) return;
    snapshots.hold();
    sightings.note(event);
    await fitting.untilReadyFor(event.data.series);
    const detection = unpublished?.sequence === sequence ? unpublished.detection : attempt(event);
    unpublished = { sequence, detection };
    for (const draft of detection.drafts) {
      if (!shard.isHeld()) return;
      await bus.publishUnlessStored(draft, event, new Date(event.time));
    }
    unpublished = undefined;
    metrics.count(shard.name, state, detection.counts);
    for (const { type, data } of detection.drafts) {
      if (type === 'detection.limited') logger.warn({ limited: data }, 'series are refused');
      else logger.info({ type, anomaly: data }, 'anomaly');
    }
    snapshots.note({ sequence, save: () => savePartition(state) });
  };

  /** An event on which the detection fails would fail every time, and must not block those behind it. */
  function attempt(event: CortexEvent<'telemetry.metrics'>): Detection {
    try {
      const detection = detect(settings, state, { atMs: Date.parse(event.time), series: event.data.series });
      fitting.begin(detection.fits);
      return detection;
    } catch (error) {
      metrics.failures.inc();
      logger.error({ err: error, event: event.id }, 'a telemetry event was left out');
      return nothing;
    }
  }
}

const nothing: Detection = {
  drafts: [],
  fits: [],
  counts: {
    samples: 0,
    refused: { not_finite: 0, out_of_order: 0, from_the_future: 0, too_many_series: 0 },
    opened: [],
  },
};
