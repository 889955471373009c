import { readFileSync } from 'node:fs';
import { AnomalySeverity, type HealthState } from '@cortex/contracts';
import { makeService, Scenario } from '@cortex/decision/testing';
import { expect, test } from 'vitest';

const page = readFileSync('docs/pages.md', 'utf8').replaceAll(/\s+/g, ' ');

/** What the last decision says of the severity: each part begins with its points. */
function severityOf({ incident }: Scenario) {
  const step = incident.decisions.at(-1)?.steps.find(({ name }) => name === 'severity');
  if (step === undefined) throw new Error('nothing was decided');
  const points = (part: string): number => Number.parseFloat(String(step.inputs[part]));
  return { severity: incident.severity, score: step.inputs['score'], limits: step.inputs['limits'], points };
}

test('docs/pages.md has the points of each state and each severity of an anomaly', () => {
  const states: readonly HealthState[] = ['DEGRADED', 'UNHEALTHY', 'CRITICAL'];
  const health = states.map((state) => {
    const { points } = severityOf(new Scenario({ playbooks: [] }).health('shop-1', state));
    return `${state} ${points('worst_signal')}`;
  });
  const anomalies = AnomalySeverity.options
    // Of one that is only information nothing is decided.
    .filter((severity) => severity !== 'info')
    .map((severity) => {
      const harm = { kind: 'unjudged', reason: 'its harm was not judged' } as const;
      const { points } = severityOf(new Scenario({ playbooks: [] }).anomaly({ severity, harm }));
      return `${severity} ${points('worst_signal')}`;
    });
  expect(page).toContain(`| health: ${health.join(', ')}; anomaly: ${anomalies.join(', ')} |`);
});

test('docs/pages.md has the limits', () => {
  const { limits } = severityOf(new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY'));
  expect(page).toContain(`${String(limits)}, SEV3 below`);
});

test('a critical service that is wholly down is SEV0, by the points that docs/pages.md adds up', () => {
  const services = [makeService('shop', 1, { critical: true })];
  const { points, severity } = severityOf(
    new Scenario({ services, playbooks: [] }).health('shop-1', 'UNHEALTHY', ['postgres']),
  );
  const sum = ['worst_signal', 'instances_down', 'critical_service'].map(points).join(' + ');
  expect(page).toContain(`is SEV0**: ${sum}.`);
  expect(severity).toBe('SEV0');
});

test('a single worker with all users and a dependant is SEV0 once it gets worse, by the points that docs/pages.md adds up', () => {
  const services = [makeService('shop', 1, { users: 500 }), makeService('web', 1, { dependsOn: ['shop'] })];
  const scenario = new Scenario({ services, playbooks: [] });
  scenario.setHealth('web', 'web-1', 'UNHEALTHY').health('shop-1', 'DEGRADED');
  expect(scenario.incident.severity).not.toBe('SEV0');
  const { points, score, severity } = severityOf(scenario.wait(1_000).health('shop-1', 'UNHEALTHY'));
  expect(page).toContain(
    `UNHEALTHY ${points('worst_signal')}, its only instance ${points('instances_down')}, the only service with \`users\` ` +
      `${points('users')}, one dependant in trouble ${points('dependants')}, and ${points('trend')} because it got worse are ${String(score)}.`,
  );
  expect(severity).toBe('SEV0');
});
