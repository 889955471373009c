import type { CheckOutcome, HealthState, Target } from '@cortex/contracts';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export interface HealthMetrics {
  checked(outcome: CheckOutcome): void;
  setState(target: Target, state: HealthState): void;
  resultDropped(): void;
}

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
    labelNames: ['type', 'passed'],
    registers,
  });
  const seconds = new Histogram({
    name: 'cortex_check_duration_seconds',
    help: 'How long a health check took, with its retries',
    labelNames: ['type'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  const states = new Gauge({
    name: 'cortex_health_state',
    help: 'Health of a target: -1 unknown, 0 healthy, 1 degraded, 2 unhealthy, 3 critical',
    labelNames: ['target_service', 'instance'],
    registers,
  });
  const dropped = new Counter({
    name: 'cortex_check_results_dropped_total',
    help: 'Check results not published because the bus was away for too long; the health state took them in',
    registers,
  });
  return {
    checked({ type, passed, durationMs }) {
      checks.inc({ type, passed: String(passed) });
      seconds.observe({ type }, durationMs / 1_000);
    },
    setState: (target, state) =>
      states.set({ target_service: target.service, instance: target.instance }, stateValues[state]),
    resultDropped: () => dropped.inc(),
  };
}
