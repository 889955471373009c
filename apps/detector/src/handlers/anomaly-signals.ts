import type { Bus } from '@cortex/bus';
import type { EventDraft } from '@cortex/contracts';
import { correlate, emptyCorrelation, isOfCorrelation, type CorrelationSettings } from '@cortex/detection';
import type { Logger } from 'pino';
import type { AnomalyReader, AnomalyStreamEvent } from '../adapters/anomaly-stream.ts';

export interface CorrelationHandlerOptions {
  readonly settings: CorrelationSettings;
  readonly bus: Pick<Bus, 'publish'>;
  readonly logger: Logger;
}

interface Unsaid {
  readonly draft: EventDraft;
  readonly cause: AnomalyStreamEvent;
}

/**
 * Adds correlation to the anomalies of all partitions. Its state is a pure function of the stream: after a restart it reads
 * what is left of it, and publishes only what it finds no answer to, under the id that the answer would have had. So it is
 * with a second replica: both say the same, and the stream keeps one.
 */
export function createCorrelationHandler({ settings, bus, logger }: CorrelationHandlerOptions): AnomalyReader {
  const state = emptyCorrelation();
  /** The newest update of each anomaly that is not known to be in the stream. */
  const unsaid = new Map<string, Unsaid>();
  let isLive = false;
  let takenSequence = 0;
  let publishing: Promise<void> = Promise.resolve();

  return {
    async take(event, sequence) {
      // What could not be published comes again, but was taken in already.
      if (sequence !== takenSequence) note(event);
      takenSequence = sequence;
      if (isLive) await publish();
    },
    onCaughtUp() {
      isLive = true;
      publish().catch((err: unknown) => logger.warn({ err }, 'correlations wait for the next anomaly to be told'));
    },
  };

  function note(event: AnomalyStreamEvent): void {
    const { anomalyId } = event.data;
    const isSaid = isOfCorrelation(event) && unsaid.get(anomalyId)?.cause.id === event.causationid;
    if (isSaid || event.type === 'anomaly.cleared') unsaid.delete(anomalyId);
    for (const draft of attempt(event)) unsaid.set(draft.data.anomalyId, { draft, cause: event });
  }

  /** An event that the correlation fails on fails every time, and must not hold up those behind it. */
  function attempt(event: AnomalyStreamEvent): readonly EventDraft<'anomaly.updated'>[] {
    try {
      return correlate(settings, state, event);
    } catch (err) {
      logger.error({ err, event: event.id }, 'an anomaly was left out of the correlation');
      return [];
    }
  }

  function publish(): Promise<void> {
    publishing = publishing.catch(() => {}).then(publishUnsaid);
    return publishing;
  }

  async function publishUnsaid(): Promise<void> {
    for (const [anomalyId, said] of unsaid) {
      await bus.publish(said.draft, said.cause);
      if (unsaid.get(anomalyId) === said) unsaid.delete(anomalyId);
      logger.info({ type: said.draft.type, anomaly: said.draft.data }, 'correlated anomaly');
    }
  }
}
