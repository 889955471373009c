import type { EscalationRecord } from '@cortex/contracts';
import { nextMoment, unreported } from '@cortex/escalation';
import type { ServiceContext } from '@cortex/service';
import type { Escalations } from './escalations.ts';

const everyMs = 1_000;
/** How long a timer may be late before the sweep does its work. */
const graceMs = 5_000;

/**
 * The second net under the timers: looks at every open escalation, wakes those whose timer is overdue, and does their
 * work from memory while NATS is away. At the start it finds pages that were sent but not reported before a crash.
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
      if (entry !== undefined && isOpen(entry.value)) open.set(key, entry.value);
      else open.delete(key);
      escalations.metrics.setOpen(open.size);
    },
    { onInvalid: (key, error) => logger.error({ key, err: error }, 'an escalation cannot be read') },
  );
  const wake = (key: string): Promise<void> =>
    escalations.wake(key).catch((error: unknown) => {
      logger.warn({ incidentId: key, err: error }, 'an escalation could not be woken; trying again');
    });
  const sweep = async (overdueMs: number): Promise<void> => {
    if (!bus.isConnected()) {
      for (const key of open.keys()) escalations.wakeWithoutStore(key);
      return;
    }
    for (const key of escalations.unwritten) await wake(key);
    const limit = new Date(runtime.now().getTime() - overdueMs).toISOString();
    for (const [key, record] of open) {
      const dueAt = nextMoment(record);
      if (unreported(record).length > 0 || (dueAt !== undefined && dueAt <= limit)) await wake(key);
    }
  };
  await sweep(0);
  let running: Promise<void> = Promise.resolve();
  let isSweeping = false;
  const interval = runtime.every(everyMs, () => {
    if (isSweeping) return;
    isSweeping = true;
    running = sweep(graceMs).finally(() => (isSweeping = false));
  });
  return {
    async stop() {
      interval.cancel();
      await running;
      await watching.stop();
    },
  };
}

function isOpen(record: EscalationRecord): boolean {
  return nextMoment(record) !== undefined || unreported(record).length > 0;
}
