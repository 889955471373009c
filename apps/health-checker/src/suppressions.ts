import type { CheckDefinition, SafetyPolicy } from '@cortex/contracts';
import { suppressingWindow } from '@cortex/suppression';

/** Why a check is suppressed at this time; undefined when it is not. */
export type FindSuppression = (check: Pick<CheckDefinition, 'name' | 'target'>, now: Date) => string | undefined;

/** Spec 7.3: planned work is not checked. A maintenance window suppresses the checks of the services that it names. */
export function suppressionsByWindow({
  maintenanceWindows,
}: Pick<SafetyPolicy, 'maintenanceWindows'>): FindSuppression {
  return ({ target }, now) => {
    const window = suppressingWindow(maintenanceWindows, target.service, now.toISOString());
    return window === undefined ? undefined : `maintenance window ${window.name}`;
  };
}
