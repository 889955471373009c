import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export interface ExecutorMetrics {
  actionEnded(action: string, outcome: string): void;
  remediationEnded(playbook: string, outcome: string, durationMs: number): void;
}

/** Lost leases are counted by the service kit, as `cortex_lease_lost_total`. */
export function createExecutorMetrics(registry: Registry): ExecutorMetrics {
  const registers = [registry];
  const actions = new Counter({
    name: 'cortex_actions_total',
    help: 'Attempts of steps and undos, by how they ended',
    labelNames: ['action', 'outcome'],
    registers,
  });
  const remediations = new Histogram({
    name: 'cortex_remediation_duration_seconds',
    help: 'From the acceptance of a remediation to its end',
    labelNames: ['playbook', 'outcome'],
    buckets: [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600],
    registers,
  });
  return {
    actionEnded: (action, outcome) => actions.inc({ action, outcome }),
    remediationEnded: (playbook, outcome, durationMs) =>
      remediations.observe({ playbook, outcome }, durationMs / 1_000),
  };
}
