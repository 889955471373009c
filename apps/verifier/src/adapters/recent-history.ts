import type { Bus } from '@cortex/bus';
import { healthChecked, verificationCompleted } from '@cortex/contracts';
import type { CheckOutcome, Target } from '@cortex/contracts';
import { readUntilCaughtUp } from './read-until-caught-up.ts';

/** How long before a remediation a check result still describes the state before it. */
const lookBackMs = 2 * 60_000;

/** What the streams hold around a remediation. */
export interface RecentHistory {
  /** Check results of the targets from shortly before the remediation, oldest first. */
  checksBefore(targets: readonly Target[], startedAt: string): Promise<readonly CheckOutcome[]>;
  /** True when this execution already has its verdict. */
  hasVerdict(service: string, executionId: string, completedAt: string): Promise<boolean>;
}

export function openRecentHistory(bus: Bus): RecentHistory {
  return {
    async checksBefore(targets, startedAt) {
      const outcomes: CheckOutcome[] = [];
      for (const service of new Set(targets.map((target) => target.service))) {
        const reading = await readUntilCaughtUp(bus, {
          event: healthChecked,
          service,
          from: new Date(Date.parse(startedAt) - lookBackMs),
          handle: (event) => {
            if (event.data.observedAt <= startedAt) outcomes.push(event.data);
          },
        });
        await reading.stop();
      }
      return outcomes.sort((left, right) => (left.observedAt < right.observedAt ? -1 : 1));
    },
    async hasVerdict(service, executionId, completedAt) {
      let found = false;
      const reading = await readUntilCaughtUp(bus, {
        event: verificationCompleted,
        service,
        from: new Date(completedAt),
        handle: (event) => {
          found ||= event.data.executionId === executionId;
        },
      });
      await reading.stop();
      return found;
    },
  };
}
