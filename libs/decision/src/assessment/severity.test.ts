import { describe, expect, test } from 'vitest';
import { Scenario, makeService } from '../testing/scenario.ts';

describe('the examples of spec 5.1', () => {
  test('a production database down is SEV0', () => {
    const scenario = new Scenario({ services: [makeService('shop', 1, { critical: true })] });
    expect(scenario.health('shop-1', 'UNHEALTHY').incident.severity).toBe('SEV0');
  });

  test('half of a primary service down is SEV1', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2, { critical: true })] });
    expect(scenario.health('shop-1', 'UNHEALTHY').incident.severity).toBe('SEV1');
  });

  test('a non-critical service down is SEV2', () => {
    expect(new Scenario().health('shop-1', 'UNHEALTHY').incident.severity).toBe('SEV2');
  });

  test('elevated resource use is SEV2', () => {
    expect(new Scenario().anomaly({ severity: 'medium' }).incident.severity).toBe('SEV2');
  });

  test('a small deviation is SEV3', () => {
    const harm = { kind: 'unjudged', reason: 'its harm was not judged' } as const;
    expect(new Scenario().anomaly({ severity: 'low', score: 0.35, harm }).incident.severity).toBe('SEV3');
  });

  test('what is not production is SEV3, however bad', () => {
    const scenario = new Scenario({ services: [makeService('shop', 1, { critical: true, environment: 'staging' })] });
    expect(scenario.health('shop-1', 'CRITICAL').incident.severity).toBe('SEV3');
  });
});

describe('severity over time', () => {
  test('it never falls while the incident lasts', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2, { critical: true })] });
    scenario.health('shop-1', 'UNHEALTHY').wait(1_000).health('shop-1', 'DEGRADED');
    expect(scenario.incident.severity).toBe('SEV1');
  });

  test('SEV1 tells on-call at once, beside the remediation, and only once', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2, { critical: true })] });
    scenario.health('shop-1', 'UNHEALTHY');
    expect(scenario.types.slice(0, 2).toSorted()).toEqual(['escalation.requested', 'remediation.requested']);
    expect(scenario.all('escalation.requested')[0]?.data).toMatchObject({ urgent: false, severity: 'SEV1' });
    scenario.wait(1_000).anomaly();
    expect(scenario.all('escalation.requested')).toHaveLength(1);
  });

  test('getting worse to SEV0 tells them again', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2, { critical: true })] });
    scenario.health('shop-1', 'UNHEALTHY').wait(1_000).health('shop-2', 'UNHEALTHY');
    expect(scenario.incident.severity).toBe('SEV0');
    expect(scenario.all('escalation.requested')).toHaveLength(2);
  });

  test('an hour of trouble raises it by one level, each hour, up to SEV0', () => {
    const scenario = new Scenario({ playbooks: [] });
    scenario.health('shop-1', 'DEGRADED');
    expect(scenario.incident.severity).toBe('SEV2');
    scenario.due('prolonged');
    expect(scenario.incident.severity).toBe('SEV1');
    expect(scenario.all('escalation.requested')).toHaveLength(1);
    scenario.due('prolonged');
    expect(scenario.incident.severity).toBe('SEV0');
    for (let hour = 3; hour < 6; hour += 1) {
      scenario.due('prolonged');
      expect(scenario.all('escalation.requested')).toHaveLength(hour);
    }
  });

  test('a human who took it is not raised over', () => {
    const scenario = new Scenario({ playbooks: [] }).health('shop-1', 'DEGRADED').acknowledge();
    scenario.due('prolonged');
    expect(scenario.incident.severity).toBe('SEV2');
  });

  test.each([
    [{ metric: 'security_alert', value: 1 }, 'SEV0'],
    [{ metric: 'customer_reports', value: 11 }, 'SEV1'],
    [{ metric: 'customer_reports', value: 10 }, 'SEV2'],
    [{ metric: 'vip_customer_affected', value: 1 }, 'SEV1'],
  ] as const)('spec 5.4: %o raises to %s', (fields, severity) => {
    expect(new Scenario().anomaly({ severity: 'medium', ...fields }).incident.severity).toBe(severity);
  });

  test('spec 5.4: a failed data consistency check is SEV0', () => {
    expect(
      new Scenario({ playbooks: [] }).health('shop-1', 'DEGRADED', ['data_consistency_check']).incident.severity,
    ).toBe('SEV0');
  });

  test('spec 5.4: trouble that spreads to more than twice the services is SEV1', () => {
    const services = [
      makeService('shop'),
      ...['b', 'c'].map((name) => makeService(name, 1, { dependsOn: ['shop'] })),
      ...['x', 'y', 'z'].map((name) => makeService(name)),
    ];
    const scenario = new Scenario({ services, playbooks: [] }).health('shop-1', 'DEGRADED');
    scenario
      .setHealth('b', 'b-1', 'UNHEALTHY')
      .setHealth('c', 'c-1', 'UNHEALTHY')
      .wait(1_000)
      .health('shop-1', 'DEGRADED', ['http_endpoint']);
    expect(scenario.incident.affected.services).toEqual(['shop', 'b', 'c']);
    expect(scenario.incident.severity).toBe('SEV1');
  });
});
