import type { CheckDefinition, SafetyPolicy } from '@cortex/contracts';
import { pausingWindow } from '@cortex/suppression';

/** Why a check is suppressed at this time; undefined when it is not. */
export type FindPause = (check: Pick<CheckDefinition, 'name' | 'target'>, now: Date) => string | undefined;

/** Spec 7.3: planned work is not checked. A maintenance window suppresses the checks of the services that it names. */
export function pausesByWindow({ maintenanceWindows }: Pick<SafetyPolicy, 'maintenanceWindows'>): FindPause {
  return ({ target }, now) => {
    const window = pausingWindow(maintenanceWindows, target.service, now.toISOString());
    return window === undefined ? undefined : `maintenance window ${window.name}`;
  };
}
