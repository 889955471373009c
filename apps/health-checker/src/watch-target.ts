import type { CheckDefinition, HealthState, Instance } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { Shard } from '@cortex/shards';
import { setMaxListeners } from 'node:events';
import { checkIntervalMs } from './check-interval.ts';
import type { CheckRunner } from './check-runner.ts';
import { phasesOf } from './phases.ts';
import { startSchedule } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import type { Silences } from './adapters/silences.ts';
import { TargetMonitor, type TargetMonitorOptions } from './target-monitor.ts';

export interface WatchedTarget {
  readonly checks: readonly CheckDefinition[];
  readonly facts: Instance;
  readonly runner: CheckRunner;
  readonly runtime: Runtime;
  /** First runs are spread over this long. */
  readonly firstRunSpreadMs: number;
  readonly silences: Pick<Silences, 'onEnd'>;
  /** Calls back when a person lifts a freeze of the target. The returned function unsubscribes. */
  readonly onUnfreeze: (listener: () => void) => () => void;
  /** Calls back when something that depends on the target goes down. The returned function unsubscribes. */
  readonly onDependantDown: (listener: () => void) => () => void;
  readonly shard: Pick<Shard, 'isHeld' | 'signal'>;
  readonly monitor: Omit<TargetMonitorOptions, 'onState' | 'onChange'>;
  readonly onState: (state: HealthState) => void;
}

export interface TargetWatch {
  /** Ends the checks under way and applies their results. */
  end(): Promise<void>;
}

/** Suppressed checks run again within this long after the end of a silence, so that they cause no burst. */
const resumeSpreadMs = 500;

/** Checks run within this long after something that depends on their target has gone down: many may go down at once. */
const lookSpreadMs = 200;

/** Runs all checks of one target, at intervals that depend on its state. */
export async function watchTarget(watched: WatchedTarget): Promise<TargetWatch> {
  const { checks, facts, runner, runtime, silences, shard, firstRunSpreadMs } = watched;
  const scheduled: { readonly check: CheckDefinition; readonly schedule: Schedule }[] = [];
  const suppressed = new Set<CheckDefinition>();
  const failing = new Set<CheckDefinition>();
  const fastestMs = Math.min(...checks.map(({ intervalMs }) => intervalMs));
  const stopping = new AbortController();
  // One listener for each check under way.
  setMaxListeners(0, stopping.signal);
  let state: HealthState = 'UNKNOWN';
  const intervalOf = (check: CheckDefinition): number =>
    checkIntervalMs(check, { state, isFailing: failing.has(check), fastestMs });
  const monitor = await TargetMonitor.open({
    ...watched.monitor,
    onState(health) {
      ({ state } = health);
      watched.onState(state);
      for (const { check, schedule } of scheduled) schedule.changeInterval(intervalOf(check));
    },
    // Spec 2.4: a degraded target is examined by its deep checks at once. What is decided should rest on all checks, not on
    // which of them came first.
    onChange({ from, to, pending = [] }) {
      const isDegraded = to === 'DEGRADED' && from !== to;
      for (const { check, schedule } of scheduled) {
        if ((isDegraded && check.tier === 'deep') || pending.includes(check.name)) schedule.runNow();
      }
    },
  });
  /** One failed attempt of a check starts the other shallow ones, so that the retries of all pass at the same time. */
  const lookAround = (doubtful: CheckDefinition): void => {
    if (state !== 'HEALTHY') return;
    for (const { check, schedule } of scheduled) {
      if (check !== doubtful && check.tier === 'shallow') schedule.runNow();
    }
  };
  const phases = phasesOf(checks, runtime.random());
  for (const [index, check] of checks.entries()) {
    const schedule = startSchedule({
      intervalMs: intervalOf(check),
      firstDelayMs: runtime.random() * Math.min(check.intervalMs, firstRunSpreadMs),
      phase: phases[index] ?? 0,
      runtime,
      run: async (dueAtMs) => {
        const hasRun = await runner.run(check, facts, dueAtMs, stopping.signal, {
          take(outcome) {
            // After a loss of the shard its new owner runs the check itself.
            if (shard.isHeld()) monitor.take(outcome);
            if (outcome.result === 'pass') failing.delete(check);
            else failing.add(check);
            schedule.changeInterval(intervalOf(check));
          },
          doubt: () => lookAround(check),
        });
        if (hasRun) suppressed.delete(check);
        else suppressed.add(check);
      },
    });
    scheduled.push({ check, schedule });
  }
  const unfollow = silences.onEnd(() => {
    for (const { check, schedule } of scheduled) if (suppressed.has(check)) schedule.runWithin(resumeSpreadMs);
  });
  const unfollowUnfreeze = watched.onUnfreeze(() => {
    const shallow = scheduled.filter(({ check }) => check.tier === 'shallow');
    for (const { schedule } of shallow.length > 0 ? shallow : scheduled) schedule.runNow();
  });
  // Which of two that fail together is found first is chance: the dependency is looked at before its dependant is judged.
  const unfollowDependants = watched.onDependantDown(() => {
    monitor.saveWhenSeen();
    for (const { check, schedule } of scheduled) {
      if (check.tier !== 'comprehensive') schedule.runWithin(lookSpreadMs);
    }
  });
  return {
    async end() {
      unfollow();
      unfollowDependants();
      unfollowUnfreeze();
      stopping.abort();
      await Promise.all(scheduled.map(({ schedule }) => schedule.stop()));
      if (!shard.isHeld()) monitor.drop();
      await monitor.settle();
    },
  };
}
