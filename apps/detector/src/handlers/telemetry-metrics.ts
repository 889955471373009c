import type { Bus } from '@cortex/bus';
import type { CortexEvent } from '@cortex/contracts';
import { detect, savePartition, type DetectionSettings, type PartitionState } from '@cortex/detection';
import type { Logger } from 'pino';
import type { SnapshotStore } from '../adapters/snapshot-store.ts';
import type { DetectorMetrics } from '../detector-metrics.ts';

export interface PartitionHandlerOptions {
  readonly partition: number;
  readonly settings: DetectionSettings;
  readonly initial: PartitionState;
  readonly bus: Pick<Bus, 'publishAll'>;
  readonly snapshots: SnapshotStore;
  readonly metrics: DetectorMetrics;
  readonly logger: Logger;
}

/**
 * Handles the telemetry of one partition, event by event in stream order. Publishing comes first, then the new state
 * counts, then it is saved: whatever a crash cuts off is done again from the last snapshot, with the same result under
 * the same ids. When publishing fails the state stays as it was and the same event comes again.
 */
export function createTelemetryHandler(options: PartitionHandlerOptions) {
  const { partition, settings, bus, snapshots, metrics, logger } = options;
  let state = options.initial;

  return async (
    event: CortexEvent<'telemetry.metrics'>,
    { sequence }: { readonly sequence: number },
  ): Promise<void> => {
    const detection = attempt(event);
    if (detection === undefined) return;
    await bus.publishAll(detection.drafts, event);
    ({ state } = detection);
    metrics.count(partition, state.series.size, detection.counts);
    for (const { type, data } of detection.drafts) logger.info({ type, anomaly: data }, 'anomaly');
    snapshots.note({ sequence, save: () => savePartition(detection.state) });
    // Later than the window in which the stream drops duplicates, a replay would be visible: keep it short where it matters.
    if (detection.drafts.length > 0) await snapshots.flush();
  };

  /** The detection is pure: an event that it fails on fails every time, and must not hold up those behind it. */
  function attempt(event: CortexEvent<'telemetry.metrics'>) {
    try {
      return detect(settings, state, { atMs: Date.parse(event.time), series: event.data.series });
    } catch (error) {
      metrics.failures.inc();
      logger.error({ err: error, event: event.id }, 'a telemetry event was left out');
      return undefined;
    }
  }
}
