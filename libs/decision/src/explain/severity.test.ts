import { describe, expect, test } from 'vitest';
import { readMemory } from '../model/memory.ts';
import { Scenario, makeService } from '../testing/scenario.ts';

function severityOf(scenario: Scenario) {
  const step = scenario.incident.decisions.at(-1)?.steps.find(({ name }) => name === 'severity');
  if (step === undefined) throw new Error('nothing was decided');
  return step;
}

const parts = [
  'worst_signal',
  'instances_down',
  'critical_service',
  'users',
  'dependants',
  'duration',
  'trend',
  'history',
];

describe('the severity of a decision', () => {
  const services = [makeService('shop', 3, { critical: true, users: 500 }), makeService('other', 1, { users: 100 })];
  const scenario = new Scenario({ services, playbooks: [] }).health('shop-1', 'UNHEALTHY');

  test('is the sum of the parts shown beside it', () => {
    const { inputs } = severityOf(scenario);
    const sum = parts
      .map((part) => Number.parseFloat(String(inputs[part])))
      .reduce((total, points) => total + points, 0);
    expect(inputs['score']).toBeCloseTo(sum, 5);
    expect(sum).toBeGreaterThan(50);
  });

  test('says what each part comes from', () => {
    expect(severityOf(scenario).inputs).toMatchObject({
      worst_signal: '25 (UNHEALTHY since 2026-03-02T10:00:00.000Z: shop-1 is UNHEALTHY)',
      instances_down: '6.7 (20 × 1 of 3 instances)',
      critical_service: '20 (marked critical)',
      users: '2.8 (10 × 167 of 600 users)',
      limits: 'SEV0 from 65, SEV1 from 50, SEV2 from 20',
    });
  });

  test('says since when and why it is kept when the score has fallen', () => {
    const kept = new Scenario({ services, playbooks: [] }).health('shop-1', 'UNHEALTHY');
    kept.wait(1_000).health('shop-1', 'HEALTHY');
    expect(severityOf(kept).reason).toMatch(
      /is SEV\d: .*; SEV1 is kept since 2026-03-02T10:00:00.000Z: its score was 54.5$/,
    );
    expect(severityOf(kept).inputs['trend']).toMatch(/^-5 \(improving since 2026-03-02T10:00:01.000Z: 0 active/);
  });

  test('counts what got worse only for a while', () => {
    const trendOf = ({ record }: Scenario) => (record === undefined ? undefined : readMemory(record).trend);
    const worse = new Scenario({ services, playbooks: [] }).anomaly({ severity: 'low' });
    worse.wait(1_000).anomaly({ severity: 'medium' }, 'anomaly.updated');
    expect(trendOf(worse)).toBe('worsening');
    worse.wait(60_000).anomaly({ severity: 'medium', value: 92 }, 'anomaly.updated');
    expect(trendOf(worse)).toBe('worsening');
    worse.wait(10 * 60_000).anomaly({ severity: 'medium', value: 93 }, 'anomaly.updated');
    expect(trendOf(worse)).toBe('stable');
  });

  test('says that it is SEV3 outside production', () => {
    const demo = new Scenario({ services: [makeService('shop', 1, { environment: 'demo' })], playbooks: [] });
    expect(severityOf(demo.health('shop-1', 'UNHEALTHY')).inputs['limits']).toBe('SEV3 outside production (demo)');
  });
});

test('the risk score is the weighted mean of what is shown beside it', () => {
  const services = [makeService('shop', 2, { users: 300 }), makeService('other', 2, { users: 100 })];
  const scenario = new Scenario({ services, playbooks: [] }).health('shop-1', 'UNHEALTHY');
  const step = scenario.incident.decisions[0]?.steps.find(({ name }) => name === 'blast_radius');
  expect(step?.inputs['risk_of']).toEqual({
    users: '150 of 400, weight 30',
    services: '1 of 2, weight 25',
    instances: '1 of 4, weight 20',
  });
  const mean = (30 * (150 / 400) + 25 * (1 / 2) + 20 * (1 / 4)) / 75;
  expect(step?.inputs['risk_score']).toBeCloseTo(mean * 100, 2);
});
