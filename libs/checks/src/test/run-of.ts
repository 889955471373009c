import { Instance } from '@cortex/contracts';
import type { CheckOutcome, CheckTier, JsonRecord } from '@cortex/contracts';
import type { OutboundPolicy } from '@cortex/outbound';
import type { Leftovers } from '../leftovers.ts';
import { runCheck } from '../run-check.ts';

interface RunOptions {
  readonly timeoutMs?: number;
  readonly facts?: JsonRecord;
  readonly outbound?: OutboundPolicy;
  readonly leftovers?: Leftovers;
  readonly signal?: AbortSignal;
}

/** Runs a check of one type against instance shop-1 at 127.0.0.1, once. */
export function runOf(type: string, tier: CheckTier) {
  return (params: JsonRecord, options: RunOptions = {}): Promise<CheckOutcome> => {
    const { timeoutMs = 5_000, facts = {}, outbound, leftovers, signal } = options;
    const target = { service: 'shop', instance: 'shop-1' };
    return runCheck(
      { name: `shop-${type}`, type, tier, target, params, timeoutMs, retries: 0 },
      Instance.parse({ id: 'shop-1', host: '127.0.0.1', ...facts }),
      {
        now: () => new Date(),
        ...(outbound === undefined ? {} : { outbound }),
        ...(leftovers === undefined ? {} : { leftoversOf: () => leftovers }),
        ...(signal === undefined ? {} : { signal }),
      },
    );
  };
}
