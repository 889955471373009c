import { readdirSync } from 'node:fs';
import { Instance } from '@cortex/contracts';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { builtinChecks } from '../registry.ts';
import { runCheck } from '../run-check.ts';

/** Runs a built-in check once, as the health checker does. */
export function ask(type: string, params: JsonRecord, timeoutMs = 10_000): Promise<CheckOutcome> {
  const tier = builtinChecks.get(type)?.tier ?? 'deep';
  const target = { service: 'shop', instance: 'shop-1' };
  return runCheck(
    { name: type, type, tier, target, params, timeoutMs, retries: 0 },
    Instance.parse({ id: 'shop-1', host: '127.0.0.1' }),
    { now: () => new Date() },
  );
}

/** How many files and sockets this process has open. */
export function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
