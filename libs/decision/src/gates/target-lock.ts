import { targetLeaseKey } from '@cortex/contracts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** Somebody acts on a target already. The executor takes the lease; this gate only looks. INV-2. */
export function targetLockGate({ facts, plan }: GateQuestion) {
  const held = plan.targets.filter((target) => facts.heldLeases.has(targetLeaseKey(target)));
  const inputs = {
    targets: plan.targets.map((target) => target.instance),
    held: held.map((target) => target.instance),
  };
  if (held.length > 0) return objects('target_lock', 'hold', 'target_held', 'another execution holds a target', inputs);
  return passes('target_lock', 'no target is held', inputs);
}
