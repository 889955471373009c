import { slotLeasePrefix } from '@cortex/contracts';
import { type GateQuestion, gateResult } from './gate.ts';

/** How many instances of the service are under remediation at once. The executor reserves; this gate only looks. INV-1. */
export function budgetGate({ facts, plan, service }: GateQuestion) {
  const prefix = `${slotLeasePrefix(service.name)}.`;
  const inUse = [...facts.heldLeases].filter((key) => key.startsWith(prefix)).length;
  const inputs = { in_use: inUse, max_unavailable: plan.maxUnavailable };
  if (inUse >= plan.maxUnavailable)
    return gateResult('budget', 'hold', 'as many instances as allowed are under remediation', inputs);
  return gateResult('budget', 'pass', 'within the budget', inputs);
}
