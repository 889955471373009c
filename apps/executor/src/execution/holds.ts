import type { Lease } from '@cortex/bus';
import { targetKey, targetLeaseKey } from '@cortex/contracts';
import type { Remediation, Target } from '@cortex/contracts';
import { TryAgainLater } from './errors.ts';
import type { ExecutorParts } from './parts.ts';

/**
 * Short enough to take over soon after a dead predecessor's lease lapses; random, so that two waiting executors do not
 * collide again.
 */
const lapsePollMs = (random: number): number => 250 + random * 500;

export type HoldsResult =
  { readonly ok: true; readonly holds: Holds } | { readonly ok: false; readonly reason: string };

/** The leases of one execution on its targets. */
export class Holds {
  readonly #leases: ReadonlyMap<string, Lease>;
  /** Aborts when any of them is lost. */
  readonly signal: AbortSignal;

  constructor(leases: ReadonlyMap<string, Lease>) {
    this.#leases = leases;
    this.signal = AbortSignal.any([...leases.values()].map((lease) => lease.signal));
  }

  token(target: Target): number {
    return this.#leases.get(targetKey(target))?.token ?? 0;
  }

  /** Asks the server about the lease that an effect on this target depends on. Throws when it is lost. */
  async assertHeld(target: Target): Promise<void> {
    const lease = this.#leases.get(targetKey(target));
    if (lease === undefined) throw new RangeError(`no lease is held on ${targetKey(target)}`);
    await lease.assertHeld();
  }

  async release(): Promise<void> {
    await releaseAll([...this.#leases.values()]);
  }
}

/**
 * Takes the lease on every target, concurrently. All or nothing. A hold that an earlier attempt at this execution left
 * behind is waited for, by {@link TryAgainLater}; a hold of another execution is a refusal.
 */
export async function takeHolds(parts: ExecutorParts, remediation: Remediation): Promise<HoldsResult> {
  const { executionId, targets } = remediation;
  const results = await settleAll(targets.map((target) => parts.leases.acquire(targetLeaseKey(target), executionId)));
  const taken = results.flatMap((result) => (result.ok && result.value ? [result.value] : []));
  const broken = results.find((result) => !result.ok);
  if (broken !== undefined && !broken.ok) {
    await releaseAll(taken);
    throw broken.error;
  }
  const busy = targets.find((_target, index) => isMissing(results[index]));
  if (busy === undefined) {
    const byTarget = new Map(targets.map((target, index) => [targetKey(target), taken[index]] as const));
    return { ok: true, holds: new Holds(byTarget as ReadonlyMap<string, Lease>) };
  }
  await releaseAll(taken);
  await waitIfOurs(parts, executionId, targetLeaseKey(busy));
  return { ok: false, reason: `another execution holds ${busy.service}/${busy.instance}` };
}

/** Throws {@link TryAgainLater} when the lease is held for this execution, or has just been released. */
async function waitIfOurs(parts: ExecutorParts, executionId: string, key: string): Promise<void> {
  const entry = await parts.leaseRecords.get(key);
  if (entry === undefined || entry.value.purpose === executionId) {
    throw new TryAgainLater(
      `a hold of an earlier run of ${executionId} has not lapsed yet`,
      Math.round(lapsePollMs(parts.runtime.random())),
    );
  }
}

type Settled<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown };

async function settleAll<Value>(promises: readonly Promise<Value>[]): Promise<readonly Settled<Value>[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) =>
    result.status === 'fulfilled' ? { ok: true, value: result.value } : { ok: false, error: result.reason },
  );
}

function isMissing(result: Settled<Lease | undefined> | undefined): boolean {
  return result?.ok === true && result.value === undefined;
}

async function releaseAll(leases: readonly Lease[]): Promise<void> {
  // A release that fails does no harm: the lease lapses by itself.
  await Promise.allSettled(leases.map((lease) => lease.release()));
}
