import { isInside } from '@cortex/suppression';
import { type GateQuestion, gateResult } from './gate.ts';

/** Freeze windows forbid, maintenance windows allow what is marked `maintenanceWindowOnly`. Spec 7.3. */
export function windowGate({ facts, plan, now }: GateQuestion) {
  const { freezeWindows, maintenanceWindows } = facts.safety;
  const frozen = freezeWindows.find((window) => isInside(window, now));
  const maintenance = maintenanceWindows.find((window) => isInside(window, now));
  const needed = plan.playbook.safety.maintenanceWindowOnly;
  const inputs = {
    freeze: frozen?.name ?? 'none',
    maintenance: maintenance?.name ?? 'none',
    maintenance_window_only: needed,
  };
  if (frozen !== undefined) return gateResult('window', 'hold', `inside the freeze window ${frozen.name}`, inputs);
  if (needed && maintenance === undefined) {
    return gateResult('window', 'hold', 'this playbook runs only inside a maintenance window', inputs);
  }
  return gateResult('window', 'pass', 'no window stands against it', inputs);
}
