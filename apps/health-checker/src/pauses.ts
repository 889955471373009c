import type { SafetyPolicy, Target } from '@cortex/contracts';
import { pausingWindow } from '@cortex/decision';

/** Why nobody looks at a target now; undefined when somebody does. */
export type FindPause = (target: Target, now: Date) => string | undefined;

/** Spec 7.3: what is worked on by plan is left alone. A window pauses the checks of the services that it names. */
export function pausesByWindow({ maintenanceWindows }: Pick<SafetyPolicy, 'maintenanceWindows'>): FindPause {
  return (target, now) => {
    const window = pausingWindow(maintenanceWindows, target.service, now.toISOString());
    return window === undefined ? undefined : `maintenance window ${window.name}`;
  };
}
