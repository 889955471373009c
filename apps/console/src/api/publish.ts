import type { Bus } from '@cortex/bus';
import type { CortexEvent, EventDraft } from '@cortex/contracts';
import { ApiProblem } from './problems.ts';

const patienceMs = 8_000;

/**
 * Publishes a human's request, or reports within seconds that NATS is away instead of keeping the human waiting. An
 * event that was published under `id` already is not published again.
 */
export async function publishOrFail(bus: Bus, draft: EventDraft, id?: string): Promise<CortexEvent> {
  assertConnected(bus);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(unavailable(`${draft.type} was not acknowledged within ${patienceMs / 1_000} s; it may still arrive`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([bus.publish(draft, undefined, id), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

export function assertConnected(bus: Bus): void {
  if (!bus.isConnected()) throw unavailable('the console has no connection to NATS');
}

export function unavailable(detail: string): ApiProblem {
  return new ApiProblem(
    'CORTEX_API_BUS_UNAVAILABLE',
    detail,
    'NATS is down or cannot be reached from the console',
    'check nats-server; the console reconnects by itself. Then look whether the request took effect before you repeat it',
  );
}
