import type { Decision, Incident } from '@cortex/contracts';
import { isInTheWay } from '@cortex/decision';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What operators see of the decisions. */
export interface DecisionMetrics {
  opened(incident: Pick<Incident, 'startedAt' | 'openedAt'>): void;
  resolved(incident: Pick<Incident, 'severity' | 'cause' | 'resolution'>): void;
  decided(decision: Decision): void;
}

export function createDecisionMetrics(
  registry: Registry,
  now: { readonly isKillSwitchOn: () => boolean; readonly countSilences: () => number },
): DecisionMetrics {
  const registers = [registry];
  const incidents = new Counter({
    name: 'cortex_incidents_total',
    help: 'Incidents that ended',
    labelNames: ['severity', 'category', 'resolution'],
    registers,
  });
  const blocked = new Counter({
    name: 'cortex_actions_blocked_total',
    help: 'Remediations that a gate did not let through',
    labelNames: ['gate'],
    registers,
  });
  const delay = new Histogram({
    name: 'cortex_detection_delay_seconds',
    help: 'From the start of the trouble, as far as the signals tell, to the opening of the incident',
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600],
    registers,
  });
  const killSwitch: Gauge = new Gauge({
    name: 'cortex_kill_switch_active',
    help: '1 while the kill switch is on or cannot be read',
    registers,
    collect: (): void => killSwitch.set(now.isKillSwitchOn() ? 1 : 0),
  });
  const silences: Gauge = new Gauge({
    name: 'cortex_silences_active',
    help: 'Silences that hold now',
    registers,
    collect: (): void => silences.set(now.countSilences()),
  });
  return {
    opened: ({ startedAt, openedAt }) =>
      delay.observe(Math.max(0, Date.parse(openedAt) - Date.parse(startedAt)) / 1_000),
    resolved: ({ severity, cause, resolution }) =>
      incidents.inc({ severity, category: cause, resolution: resolution?.method ?? 'manual' }),
    decided: (decision) => {
      const gate = decision.gates.find(isInTheWay);
      if (gate !== undefined) blocked.inc({ gate: gate.gate });
    },
  };
}
