import type { CheckDefinition, CheckOutcome, HealthState, Target } from '@cortex/contracts';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export interface HealthMetrics {
  started(delaySeconds: number, pace: string): void;
  checked(outcome: CheckOutcome): void;
  paused(): void;
  setState(target: Target, state: HealthState): void;
  /** Removes the series of a target that another replica watches now. */
  forget(target: Target, checks: readonly CheckDefinition[]): void;
  owned(change: number): void;
  resultDropped(): void;
}

/** Checks with series of their own; further ones are counted under the name `other`, so that a scrape stays bounded. */
const maxNamedChecks = 2_000;

const stateValues: Readonly<Record<HealthState, number>> = {
  UNKNOWN: -1,
  HEALTHY: 0,
  DEGRADED: 1,
  UNHEALTHY: 2,
  CRITICAL: 3,
};

export function createHealthMetrics(registry: Registry): HealthMetrics {
  const registers = [registry];
  const checks = new Counter({
    name: 'cortex_checks_total',
    help: 'Health checks that ended, retries not counted',
    labelNames: ['type', 'result'],
    registers,
  });
  const delays = new Histogram({
    name: 'cortex_check_start_delay_seconds',
    help: 'How much later than due a health check began',
    labelNames: ['pace'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  });
  const seconds = new Histogram({
    name: 'cortex_check_duration_seconds',
    help: 'How long a health check took, with its retries',
    labelNames: ['type', 'check'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  const passing = new Gauge({
    name: 'cortex_check_passing',
    help: 'The last result of a health check: 1 passed, 0 did not',
    labelNames: ['check'],
    registers,
  });
  const lastPass = new Gauge({
    name: 'cortex_check_last_pass_timestamp_seconds',
    help: 'When a health check passed for the last time',
    labelNames: ['check'],
    registers,
  });
  const states = new Gauge({
    name: 'cortex_health_state',
    help: 'Health of a target: -1 unknown, 0 healthy, 1 degraded, 2 unhealthy, 3 critical',
    labelNames: ['target_service', 'instance'],
    registers,
  });
  const owned = new Gauge({
    name: 'cortex_owned_targets',
    help: 'Targets that this health-checker watches',
    registers,
  });
  const paused = new Counter({
    name: 'cortex_checks_paused_total',
    help: 'Health checks left out because their target was paused',
    registers,
  });
  const dropped = new Counter({
    name: 'cortex_check_results_dropped_total',
    help: 'Check results not published because the bus was away for too long; the health state took them in',
    registers,
  });
  const named = new Set<string>();
  return {
    started: (delaySeconds, pace) => delays.observe({ pace }, Math.max(0, delaySeconds)),
    checked({ check, type, result, durationMs, observedAt }) {
      checks.inc({ type, result });
      if (named.size < maxNamedChecks) named.add(check);
      if (!named.has(check)) {
        seconds.observe({ type, check: 'other' }, durationMs / 1_000);
        return;
      }
      seconds.observe({ type, check }, durationMs / 1_000);
      passing.set({ check }, result === 'pass' ? 1 : 0);
      if (result === 'pass') lastPass.set({ check }, Date.parse(observedAt) / 1_000);
    },
    paused: () => paused.inc(),
    setState: (target, state) =>
      states.set({ target_service: target.service, instance: target.instance }, stateValues[state]),
    forget(target, gone) {
      states.remove({ target_service: target.service, instance: target.instance });
      for (const { name, type } of gone) {
        named.delete(name);
        seconds.remove({ type, check: name });
        passing.remove({ check: name });
        lastPass.remove({ check: name });
      }
    },
    owned: (change) => owned.inc(change),
    resultDropped: () => dropped.inc(),
  };
}
