import type { CheckDefinition, SafetyPolicy } from '@cortex/contracts';
import { isInside } from '@cortex/decision';

/** Why a check rests now; undefined when it does not. */
export type FindPause = (check: Pick<CheckDefinition, 'name' | 'target'>, now: Date) => string | undefined;

/** Spec 7.3: what is worked on by plan is left alone. A window pauses the checks of the services that it names. */
export function pausesByWindow({ maintenanceWindows }: Pick<SafetyPolicy, 'maintenanceWindows'>): FindPause {
  const windows = maintenanceWindows.filter(({ pausesChecksOf }) => pausesChecksOf.length > 0);
  return ({ target }, now) => {
    const window = windows.find(
      (one) => one.pausesChecksOf.includes(target.service) && isInside(one, now.toISOString()),
    );
    return window === undefined ? undefined : `maintenance window ${window.name}`;
  };
}
