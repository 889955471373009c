import { join } from 'node:path';
import { loadSigningKey } from '@cortex/audit';
import { pause } from '@cortex/runtime';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openCheckpoints } from './checkpoints.ts';
import { createAuditMetrics } from './metrics.ts';
import { recordWhileHeld } from './record-while-held.ts';

const standbyMs = 1_000;

/** Writes the chain while it holds the writer's lease; any other instance stands by. */
export async function startAuditor(context: ServiceContext): Promise<RunningApp> {
  const { bus, logger, runtime } = context;
  const folder = join(context.dataDir, 'audit');
  const key = await loadSigningKey(join(folder, 'key.pem'));
  const checkpoints = await openCheckpoints(context, key, join(folder, 'checkpoints.jsonl'));
  const metrics = createAuditMetrics(context.metrics);
  const leases = await bus.leases();
  const stopping = new AbortController();

  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        const lease = await leases.acquire('writer.auditor', context.instance);
        if (lease !== undefined) {
          logger.info({ token: lease.token }, 'writing the audit chain');
          metrics.setActive(true);
          const signal = AbortSignal.any([stopping.signal, lease.signal]);
          try {
            await recordWhileHeld({ bus, logger, metrics, checkpoints, signal });
          } finally {
            metrics.setActive(false);
            await lease.release();
          }
        }
      } catch (error) {
        if (!stopping.signal.aborted) logger.error({ err: error }, 'the audit chain was interrupted; it goes on');
      }
      await pause(runtime, standbyMs, stopping.signal);
    }
  })();

  return {
    async beforeDrain() {
      stopping.abort();
      await running;
    },
  };
}
