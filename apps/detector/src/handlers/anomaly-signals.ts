import type { Bus } from '@cortex/bus';
import type { EventDraft } from '@cortex/contracts';
import { correlate, emptyCorrelation, isOfCorrelation, type CorrelationSettings } from '@cortex/detection';
import type { Logger } from 'pino';
import type { AnomalyReader, AnomalyStreamEvent } from '../adapters/anomaly-stream.ts';

export interface CorrelationHandlerOptions {
  readonly settings: CorrelationSettings;
  readonly bus: Pick<Bus, 'publishUnlessStored'>;
  readonly logger: Logger;
}

interface UnpublishedUpdate {
  readonly draft: EventDraft;
  readonly cause: AnomalyStreamEvent;
}

/**
 * Adds correlation to the anomalies of all partitions. Its state is a pure function of the stream: after a restart it
 * reads the anomalies still in the stream, and publishes only updates that are missing, under the ids that they would
 * have had. A second replica publishes the same updates, and the stream keeps one of each.
 */
export function createCorrelationHandler({ settings, bus, logger }: CorrelationHandlerOptions): AnomalyReader {
  const state = emptyCorrelation();
  /** The newest update of each anomaly that is not known to be in the stream. */
  const unpublished = new Map<string, UnpublishedUpdate>();
  let isLive = false;
  let takenSequence = 0;
  let publishing: Promise<void> = Promise.resolve();

  return {
    async take(event, sequence) {
      // An event whose updates could not be published comes again, but is in the state already.
      if (sequence !== takenSequence) note(event);
      takenSequence = sequence;
      if (isLive) await publish();
    },
    onCaughtUp() {
      isLive = true;
      publish().catch((err: unknown) => logger.warn({ err }, 'correlations are published with the next anomaly'));
    },
  };

  function note(event: AnomalyStreamEvent): void {
    const { anomalyId } = event.data;
    const isPublished = isOfCorrelation(event) && unpublished.get(anomalyId)?.cause.id === event.causationid;
    if (isPublished || event.type === 'anomaly.cleared') unpublished.delete(anomalyId);
    for (const draft of attempt(event)) unpublished.set(draft.data.anomalyId, { draft, cause: event });
  }

  /** An event on which the correlation fails would fail every time, and must not block those behind it. */
  function attempt(event: AnomalyStreamEvent): readonly EventDraft<'anomaly.updated'>[] {
    try {
      return correlate(settings, state, event);
    } catch (err) {
      logger.error({ err, event: event.id }, 'an anomaly was left out of the correlation');
      return [];
    }
  }

  function publish(): Promise<void> {
    publishing = publishing.catch(() => {}).then(publishPending);
    return publishing;
  }

  async function publishPending(): Promise<void> {
    for (const [anomalyId, update] of unpublished) {
      await bus.publishUnlessStored(update.draft, update.cause, new Date(update.cause.time));
      if (unpublished.get(anomalyId) === update) unpublished.delete(anomalyId);
      logger.info({ type: update.draft.type, anomaly: update.draft.data }, 'correlated anomaly');
    }
  }
}
