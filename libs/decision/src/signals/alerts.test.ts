import { expect, test } from 'vitest';
import { Scenario, makePlaybook } from '../testing/scenario.ts';

const alert = {
  kind: 'alert',
  metric: 'ShopIsDown',
  value: 1,
  severity: 'critical',
  harm: { kind: 'alert', reason: 'whoever wrote the alert says so' },
  score: 0.95,
  explanation: 'Nobody can buy anything',
} as const;

function withPlaybook(condition: string): Scenario {
  return new Scenario({ playbooks: [makePlaybook({ trigger: { condition } })] });
}

test('an alert opens an incident in the words of its author', () => {
  const scenario = new Scenario().anomaly(alert);
  expect(scenario.incident.signals).toMatchObject([{ class: 'metric', anomalyKind: 'alert', severity: 'critical' }]);
  expect(scenario.incident.title).toBe('shop: Nobody can buy anything');
});

test('a playbook may be triggered by an alert of a name', () => {
  const scenario = withPlaybook('anomaly_kind == "alert" AND anomaly_metric == "ShopIsDown"').anomaly(alert);
  expect(scenario.types).toContain('remediation.requested');
});

test('an alert that is named like a metric gives no reading of it', () => {
  const condition = 'anomaly_kind == "alert" AND disk_usage_percent < 50';
  const scenario = withPlaybook(condition).anomaly({ ...alert, metric: 'disk_usage_percent' });
  expect(scenario.types).not.toContain('remediation.requested');
});

test('an informational alert opens none', () => {
  expect(new Scenario().anomaly({ ...alert, severity: 'info' }).types).toEqual([]);
});
