import { expect, test } from 'vitest';
import { Scenario } from '../testing/scenario.ts';

const rare = { kind: 'none', reason: 'nobody has named a value of latency that would be harm' } as const;
const alone = { severity: 'info', harm: rare, score: 0.29, components: { statistical: 0.4, pattern: 0.1 } } as const;
const withCompany = {
  ...alone,
  severity: 'low',
  score: 0.33,
  components: { ...alone.components, correlation: 0.6 },
  explanation: 'latency is 9; 2 dependencies of shop show anomalies since 10:03 UTC: db (latency), cache (latency)',
} as const;

test('an anomaly that opens no incident by itself opens one when its company lifts it', () => {
  const scenario = new Scenario().anomaly(alone);
  expect(scenario.types).toEqual([]);
  scenario.anomaly(withCompany, 'anomaly.updated');
  expect(scenario.types).toContain('incident.opened');
  expect(scenario.incident.signals).toMatchObject([{ severity: 'low', correlation: 0.6 }]);
});

test('the decision shows the correlation, and names the company', () => {
  const step = new Scenario().anomaly(withCompany).incident.decisions[0]?.steps[0];
  expect(step).toMatchObject({ inputs: { correlation: 0.6 } });
  expect(step?.reason).toContain('other services went wrong at the same time');
  expect(JSON.stringify(step?.inputs)).toContain('2 dependencies of shop');
});

test('without company nothing is said of it', () => {
  const step = new Scenario().anomaly({ severity: 'high' }).incident.decisions[0]?.steps[0];
  expect(step?.inputs).not.toHaveProperty('correlation');
  expect(step?.reason).not.toContain('other services');
});

test('the updates of correlation change the signal, and open nothing twice', () => {
  const scenario = new Scenario().anomaly({ severity: 'medium' });
  scenario.anomaly({ severity: 'medium', components: { correlation: 0.3 } }, 'anomaly.updated');
  expect(scenario.all('incident.opened')).toHaveLength(1);
  expect(scenario.incident.signals).toMatchObject([{ key: 'anomaly-1', correlation: 0.3 }]);
});

test('what correlation repeated may arrive behind it, and takes nothing back', () => {
  const scenario = new Scenario().anomaly(withCompany, 'anomaly.updated').anomaly(alone);
  expect(scenario.incident.signals).toMatchObject([{ severity: 'low', correlation: 0.6 }]);
  scenario.wait(1_000).anomaly({ ...alone, severity: 'medium', score: 0.6 }, 'anomaly.updated');
  expect(scenario.incident.signals).toMatchObject([{ severity: 'medium', score: 0.6 }]);
});
