import { slotLeasePrefix } from '@cortex/contracts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** How many instances of the service are under remediation at once. The executor reserves; this gate only looks. INV-1. */
export function budgetGate({ facts, plan, service }: GateQuestion) {
  const prefix = `${slotLeasePrefix(service.name)}.`;
  const inUse = [...facts.heldLeases].filter((key) => key.startsWith(prefix)).length;
  const inputs = { in_use: inUse, max_unavailable: plan.maxUnavailable };
  if (inUse >= plan.maxUnavailable)
    return objects('budget', 'hold', 'budget_used_up', 'as many instances as allowed are under remediation', inputs);
  return passes('budget', 'within the budget', inputs);
}
