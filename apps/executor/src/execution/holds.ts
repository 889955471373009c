import type { Lease } from '@cortex/bus';
import { slotLeasePrefix, targetKey, targetLeaseKey } from '@cortex/contracts';
import type { Remediation, Target } from '@cortex/contracts';
import { TryAgainLater } from './errors.ts';
import type { ExecutorParts } from './parts.ts';

/**
 * Short enough to take over soon after a dead predecessor's lease lapses; random, so that two waiting executors do not
 * collide again.
 */
const lapsePollMs = (random: number): number => 250 + random * 500;

export type HoldsResult =
  | { readonly ok: true; readonly holds: Holds }
  | { readonly ok: false; readonly refusedBy: 'target_lock' | 'budget'; readonly reason: string };

/** The target leases and budget slots that one execution holds. */
export class Holds {
  readonly #targets: ReadonlyMap<string, Lease>;
  readonly #slots: readonly Lease[];
  /** Aborts when any of them is lost. */
  readonly signal: AbortSignal;

  constructor(targets: ReadonlyMap<string, Lease>, slots: readonly Lease[]) {
    this.#targets = targets;
    this.#slots = slots;
    this.signal = AbortSignal.any([...targets.values(), ...slots].map((lease) => lease.signal));
  }

  token(target: Target): number {
    return this.#targets.get(targetKey(target))?.token ?? 0;
  }

  /** Asks the server about every hold that an effect on this target depends on. Throws when one is lost. */
  async assertHeld(target: Target): Promise<void> {
    const lease = this.#targets.get(targetKey(target));
    if (lease === undefined) throw new RangeError(`no lease is held on ${targetKey(target)}`);
    await Promise.all([lease, ...this.#slots].map((held) => held.assertHeld()));
  }

  async release(): Promise<void> {
    await releaseAll([...this.#targets.values(), ...this.#slots]);
  }
}

/**
 * Takes the lease on every target and one slot in the budget of each service, concurrently: targets are processed one
 * after the other, so one instance of a service at a time is down for this execution. All or nothing. A hold that an
 * earlier attempt at this execution left behind is waited for, by {@link TryAgainLater}; a hold of another execution is
 * a refusal.
 */
export async function takeHolds(parts: ExecutorParts, remediation: Remediation): Promise<HoldsResult> {
  const { executionId, targets, maxUnavailable } = remediation;
  const services = [...new Set(targets.map(({ service }) => service))];
  const [targetLeases, slotLeases] = await Promise.all([
    settleAll(targets.map((target) => parts.leases.acquire(targetLeaseKey(target), executionId))),
    settleAll(
      services.map((service) => parts.leases.acquireSlot(slotLeasePrefix(service), maxUnavailable, executionId)),
    ),
  ]);
  const taken = [...targetLeases, ...slotLeases].flatMap((result) => (result.ok && result.value ? [result.value] : []));
  const broken = [...targetLeases, ...slotLeases].find((result) => !result.ok);
  if (broken !== undefined && !broken.ok) {
    await releaseAll(taken);
    throw broken.error;
  }
  if (taken.length === targets.length + services.length) {
    const byTarget = new Map(targets.map((target, index) => [targetKey(target), taken[index]] as const));
    return { ok: true, holds: new Holds(byTarget as ReadonlyMap<string, Lease>, taken.slice(targets.length)) };
  }

  await releaseAll(taken);
  const busyTarget = targets.find((_target, index) => isMissing(targetLeases[index]));
  if (busyTarget !== undefined) {
    await waitIfOurs(parts, executionId, [targetLeaseKey(busyTarget)]);
    const reason = `another execution holds ${busyTarget.service}/${busyTarget.instance}`;
    return { ok: false, refusedBy: 'target_lock', reason };
  }
  const busyService = services.find((_service, index) => isMissing(slotLeases[index])) ?? '';
  const slots = Array.from({ length: maxUnavailable }, (_, index) => `${slotLeasePrefix(busyService)}.${index}`);
  await waitIfOurs(parts, executionId, slots);
  const reason = `${maxUnavailable} of ${busyService} are under remediation already, the most that may be at once`;
  return { ok: false, refusedBy: 'budget', reason };
}

/** Throws {@link TryAgainLater} when one of the keys is held for this execution, or has just been released. */
async function waitIfOurs(parts: ExecutorParts, executionId: string, keys: readonly string[]): Promise<void> {
  const entries = await Promise.all(keys.map((key) => parts.leaseRecords.get(key)));
  if (entries.some((entry) => entry === undefined || entry.value.purpose === executionId)) {
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
