import { isInside } from '@cortex/suppression';
import { type GateQuestion, objects, passes } from './gate.ts';

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
  if (frozen !== undefined)
    return objects('window', 'hold', 'freeze_window', `inside the freeze window ${frozen.name}`, inputs);
  if (needed && maintenanceWindows.length === 0) {
    const reason = 'this playbook runs only inside a maintenance window, and none is configured';
    return objects('window', 'refuse', 'no_maintenance_window', reason, inputs);
  }
  if (needed && maintenance === undefined) {
    return objects(
      'window',
      'hold',
      'outside_maintenance_window',
      'this playbook runs only inside a maintenance window',
      inputs,
    );
  }
  return passes('window', 'no window stands against it', inputs);
}
