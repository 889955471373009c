import type { Bus } from '@cortex/bus';
import { draft, healthChecked } from '@cortex/contracts';
import type { CheckOutcome } from '@cortex/contracts';
import type { Logger } from 'pino';

/** Results kept while the bus is away. Older ones are dropped and counted: they are observations, not commands. */
const maxHeld = 5_000;
const maxInFlight = 32;

export interface ResultPublisher {
  /** Queues the result and returns at once. */
  offer(outcome: CheckOutcome): void;
  /** Resolves when nothing is queued or under way. */
  settle(): Promise<void>;
}

/** Publishes check results apart from the scheduling, so that a slow bus delays no check. */
export function createResultPublisher(
  bus: Pick<Bus, 'publish'>,
  logger: Pick<Logger, 'warn'>,
  onDropped: () => void,
): ResultPublisher {
  const held: CheckOutcome[] = [];
  const workers = new Set<Promise<void>>();

  const workOff = async (): Promise<void> => {
    for (let outcome = held.shift(); outcome !== undefined; outcome = held.shift()) {
      try {
        await bus.publish(draft(healthChecked, { service: outcome.target.service, data: outcome }));
      } catch (error) {
        onDropped();
        logger.warn({ err: error, check: outcome.check }, 'a check result was not published');
      }
    }
  };
  const startWorker = (): void => {
    const worker = workOff();
    workers.add(worker);
    void worker.finally(() => workers.delete(worker));
  };

  return {
    offer(outcome) {
      held.push(outcome);
      if (held.length > maxHeld) {
        held.shift();
        onDropped();
      }
      if (workers.size < maxInFlight) startWorker();
    },
    async settle() {
      while (workers.size > 0) await Promise.all(workers);
    },
  };
}
