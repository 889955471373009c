import type { SafetyPolicy, Target } from '@cortex/contracts';
import { isInside } from '@cortex/decision';

/** Why nobody looks at a target now; undefined when somebody does. */
export type FindPause = (target: Target, now: Date) => string | undefined;

/** Spec 7.3: what is worked on by plan is left alone. A window pauses the checks of the services that it names. */
export function pausesByWindow({ maintenanceWindows }: Pick<SafetyPolicy, 'maintenanceWindows'>): FindPause {
  const windows = maintenanceWindows.filter(({ pausesChecksOf }) => pausesChecksOf.length > 0);
  return (target, now) => {
    const window = windows.find(
      (one) => one.pausesChecksOf.includes(target.service) && isInside(one, now.toISOString()),
    );
    return window === undefined ? undefined : `maintenance window ${window.name}`;
  };
}
