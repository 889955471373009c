import type { CheckDefinition, SafetyPolicy } from '@cortex/contracts';
import { pausingWindow } from '@cortex/suppression';

/** Why a check rests now; undefined when it does not. */
export type FindPause = (check: Pick<CheckDefinition, 'name' | 'target'>, now: Date) => string | undefined;

/** Spec 7.3: what is worked on by plan is left alone. A window pauses the checks of the services that it names. */
export function pausesByWindow({ maintenanceWindows }: Pick<SafetyPolicy, 'maintenanceWindows'>): FindPause {
  return ({ target }, now) => {
    const window = pausingWindow(maintenanceWindows, target.service, now.toISOString());
    return window === undefined ? undefined : `maintenance window ${window.name}`;
  };
}
