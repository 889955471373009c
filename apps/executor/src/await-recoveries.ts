import type { Bucket, Consumption } from '@cortex/bus';
import { escapeToken, unescapeToken } from '@cortex/contracts';
import type { Reservation, ServiceReservations } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import { pause } from '@cortex/runtime';
import type { ExecutorParts } from './execution/parts.ts';
import { lookEveryMs, looksServing } from './execution/serving.ts';

/**
 * Looks at every instance whose execution is over until it serves, and frees its place then. Every executor does: what one began to
 * await, another goes on with. One that never serves keeps its place for as long as the reservation says.
 */
export async function awaitRecoveries(parts: ExecutorParts, bucket: Bucket<ServiceReservations>): Promise<Consumption> {
  const stopping = new AbortController();
  const awaited = new Map<string, Promise<void>>();
  const watch = await bucket.watch((key, entry) => {
    for (const reservation of entry?.value.reservations ?? []) {
      const name = `${key} ${reservation.instance} ${reservation.executionId} ${reservation.awaitedSince}`;
      if (reservation.awaitedSince === undefined || awaited.has(name)) continue;
      const look = awaitRecovery(parts, unescapeToken(key), reservation, stopping.signal);
      awaited.set(
        name,
        look.finally(() => awaited.delete(name)),
      );
    }
  });
  return {
    async stop() {
      stopping.abort();
      await watch.stop();
      await Promise.all(awaited.values());
    },
  };
}

async function awaitRecovery(
  parts: ExecutorParts,
  service: string,
  reservation: Reservation,
  signal: AbortSignal,
): Promise<void> {
  const { executionId, instance } = reservation;
  while (!signal.aborted) {
    try {
      if (!(await parts.reservations.isAwaited(service, reservation))) return;
      const entry = await parts.journal.get(escapeToken(executionId));
      const target = entry?.value.remediation.targets.find((one) => one.instance === instance);
      if (target !== undefined && (await looksServing(parts, target, signal)).kind === 'serves') {
        await parts.reservations.free(service, reservation);
      }
    } catch (error) {
      // Its time ends the reservation, if nothing else does.
      parts.logger.warn({ executionId, instance, error: messageOf(error) }, 'cannot look whether an instance serves');
    }
    await pause(parts.runtime, lookEveryMs, signal);
  }
}
