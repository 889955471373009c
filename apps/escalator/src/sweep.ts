import type { EscalationRecord } from '@cortex/contracts';
import { nextMoment, unreported } from '@cortex/escalation';
import type { ServiceContext } from '@cortex/service';
import type { Escalations } from './escalations.ts';

const everyMs = 1_000;
/** How long a timer may be late before the sweep does its work. */
const graceMs = 5_000;

/**
 * The second net under the timers: looks at every open escalation, wakes those whose timer is overdue, and does their
 * work from memory while the store is away or takes nothing. At the start it finds pages that were sent but not reported
 * before a crash.
 */
export async function startSweep(
  escalations: Escalations,
  context: ServiceContext,
): Promise<{ stop(): Promise<void> }> {
  const { bus, logger, runtime } = context;
  const open = new Map<string, EscalationRecord>();
  const watching = await escalations.bucket.watch(
    (key, entry) => {
      escalations.remember(key, entry?.value);
      if (entry !== undefined && isUnderWay(entry.value)) open.set(key, entry.value);
      else open.delete(key);
      escalations.metrics.setOpen(open.size);
    },
    {
      onInvalid(key, error) {
        logger.error({ key, err: error }, 'an escalation cannot be read');
        escalations.restore(key);
      },
    },
  );
  /** Does not wait: one whose write takes long must not hold up the others. */
  const waking = new Map<string, Promise<void>>();
  const wake = (key: string): void => {
    if (waking.has(key)) return;
    const woken = escalations
      .wake(key)
      .catch((error: unknown) => {
        logger.warn({ incidentId: key, err: error }, 'an escalation could not be woken; trying again');
      })
      .finally(() => waking.delete(key));
    waking.set(key, woken);
  };
  const sweep = (overdueMs: number): void => {
    const { unwritten } = escalations;
    for (const key of bus.isConnected() ? unwritten : open.keys()) escalations.wakeWithoutStore(key);
    if (!bus.isConnected()) return;
    for (const key of unwritten) wake(key);
    const limit = new Date(runtime.now().getTime() - overdueMs).toISOString();
    for (const [key, record] of open) {
      const dueAt = nextMoment(record);
      if (unreported(record).length > 0 || (dueAt !== undefined && dueAt <= limit)) wake(key);
    }
  };
  sweep(0);
  const interval = runtime.every(everyMs, () => sweep(graceMs));
  return {
    async stop() {
      interval.cancel();
      await Promise.all(waking.values());
      await watching.stop();
    },
  };
}

/** Something is still to be sent, or to be reported. */
export function isUnderWay(record: EscalationRecord): boolean {
  return nextMoment(record) !== undefined || unreported(record).length > 0;
}
