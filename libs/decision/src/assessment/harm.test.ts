import type { Harm } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';

const rare: Harm = { kind: 'none', reason: 'it is not above 80 %' };
const cpu = {
  metric: 'cpu_usage_percent',
  value: 28.5,
  severity: 'critical',
  score: 0.95,
  harm: rare,
  explanation: 'cpu usage of shop-1 is 28.5 %; normal is 2.74 % to 10.1 %',
} as const;
const beyond: Harm = { kind: 'limit', reason: 'it is above 80 % for 10m' };

const pages = (scenario: Scenario): number => scenario.all('escalation.requested').length;
const severityStep = (scenario: Scenario) => scenario.incident.decisions.at(-1)?.steps[1];

function criticalShop(fields: ConstructorParameters<typeof Scenario>[0] = {}): Scenario {
  const services = [makeService('shop', 2, { critical: true, users: 5_000 }), makeService('mail')];
  return new Scenario({ services, playbooks: [], ...fields });
}

describe('a rare value with all checks green', () => {
  test('is SEV3 and pages nobody, however rare it is and however critical the service', () => {
    const scenario = criticalShop().anomaly(cpu);
    expect(scenario.incident).toMatchObject({ severity: 'SEV3', status: 'open', harm: { isHarmful: false } });
    expect(scenario.incident.decisions).toMatchObject([{ outcome: 'wait', code: 'rare_only' }]);
    expect(pages(scenario)).toBe(0);
  });

  test('says why it only informs', () => {
    const scenario = criticalShop().know({
      checkedTargets: new Map([
        ['shop.shop-1', 3],
        ['shop.shop-2', 1],
      ]),
    });
    scenario.anomaly(cpu);
    const why = 'rare, but nothing a user would notice: it is not above 80 %; all 4 checks pass';
    expect(scenario.incident.decisions.at(-1)?.reason).toBe(why);
    expect(scenario.incident.harm?.reason).toBe(why);
    expect(severityStep(scenario)).toMatchObject({
      verdict: 'SEV3',
      inputs: {
        worst_signal: expect.stringMatching(/^10 \(/),
        critical_service: '20 (marked critical)',
        by_score: 'SEV2',
        harm: false,
        harm_reason: why,
      },
    });
    expect(severityStep(scenario)?.reason).toContain('but no more than SEV3');
  });

  test.each([
    [new Map<string, number>(), 'no check looks at it'],
    [new Map([['shop.shop-1', 1]]), 'its check passes'],
  ])('says what the checks say', (checkedTargets, word) => {
    const scenario = criticalShop().know({ checkedTargets }).anomaly(cpu);
    expect(scenario.incident.harm?.reason).toMatch(new RegExp(`; ${word}$`));
  });

  test('does not take an answer that is still to come for a good one', () => {
    const scenario = criticalShop().setHealth('shop', 'shop-2', 'UNKNOWN').anomaly(cpu);
    expect(scenario.incident.harm?.reason).toMatch(/not all of its 2 checks have answered$/);
    expect(pages(scenario)).toBe(0);
  });

  test('stays what it is for hours, beside others, and over their time', () => {
    const scenario = criticalShop().anomaly(cpu);
    scenario.wait(1_000).anomaly({ ...cpu, anomalyId: 'anomaly-2', metric: 'go_threads', instance: 'shop-2' });
    for (let hour = 0; hour < 5; hour += 1) scenario.due('prolonged');
    expect(scenario.incident.severity).toBe('SEV3');
    expect(pages(scenario)).toBe(0);
    scenario.cleared('anomaly-1').cleared('anomaly-2');
    expect(scenario.incident.status).toBe('resolved');
  });

  test('does not drag its service into the trouble of another', () => {
    const services = [makeService('db'), makeService('shop', 1, { dependsOn: ['db'] })];
    const rareShop = { incidentId: 'i', service: 'shop', status: 'open', severity: 'SEV3' } as const;
    const scenario = (isHarmful: boolean) =>
      new Scenario({ services, playbooks: [] })
        .know({ openIncidents: [{ ...rareShop, isHarmful }] })
        .health('db-1', 'UNHEALTHY', ['tcp_port'], 'db');
    expect(scenario(false).incident.affected.services).toEqual(['db']);
    expect(scenario(true).incident.affected.services).toEqual(['db', 'shop']);
  });

  test('heals nothing: a playbook that only fits its kind is not run', () => {
    const generic = makePlaybook({ category: 'infrastructure', trigger: { condition: 'cpu_usage_percent > 90' } });
    const scenario = criticalShop({ playbooks: [generic] }).anomaly(cpu);
    expect(scenario.types).not.toContain('remediation.requested');
    expect(scenario.incident.status).toBe('open');
  });
});

describe('harm', () => {
  test('is what a limit says, and at least SEV2, however usual the value is by its score', () => {
    const scenario = criticalShop().anomaly({ ...cpu, severity: 'info', score: 0.2, harm: beyond });
    expect(scenario.incident).toMatchObject({ severity: 'SEV2', harm: { isHarmful: true } });
    expect(scenario.incident.harm?.reason).toBe('cpu_usage_percent: it is above 80 % for 10m');
    expect(pages(scenario)).toBe(1);
  });

  test('that comes later is decided anew, and people are told', () => {
    const scenario = criticalShop()
      .anomaly({ ...cpu, severity: 'medium' })
      .wait(600_000)
      .anomaly({ ...cpu, severity: 'medium', harm: beyond }, 'anomaly.updated');
    expect(scenario.incident.severity).toBe('SEV2');
    expect(scenario.incident.decisions.map(({ code }) => code)).toEqual(['rare_only', 'no_playbook']);
    expect(pages(scenario)).toBe(1);
  });

  test('is a check that fails: then what is rare counts as it did', () => {
    const scenario = criticalShop().anomaly(cpu).wait(1_000).health('shop-1', 'DEGRADED', ['http_endpoint']);
    expect(scenario.incident.harm).toMatchObject({ isHarmful: true, reason: 'checks fail: shop-1' });
    expect(severityStep(scenario)?.inputs).toMatchObject({ worst_signal: expect.stringMatching(/^30 \(/) });
  });

  test('is a check that fails on another instance, told by its health alone', () => {
    const scenario = criticalShop().setHealth('shop', 'shop-2', 'DEGRADED').anomaly(cpu);
    expect(scenario.incident.harm).toMatchObject({ isHarmful: true, reason: 'checks fail: shop-2' });
    expect(scenario.incident.severity).not.toBe('SEV3');
  });

  test.each(['alert', 'unjudged'] as const)('by its severity when it is of the kind %s', (kind) => {
    const scenario = (severity: 'low' | 'high') =>
      new Scenario({ playbooks: [] }).anomaly({ ...cpu, severity, harm: { kind, reason: 'says its author' } });
    expect(scenario('high').incident.severity).toBe('SEV2');
    expect(scenario('low').incident.severity).toBe('SEV3');
    expect(pages(scenario('low'))).toBe(1);
  });

  test('is telemetry that is missing, unless all checks of the instance pass', () => {
    const missing = {
      ...cpu,
      metric: 'samples_per_minute',
      severity: 'medium',
      harm: { kind: 'silence', reason: 'its telemetry is missing' },
    } as const;
    const seen = criticalShop().anomaly(missing);
    expect(seen.incident).toMatchObject({ severity: 'SEV3', decisions: [{ code: 'rare_only' }] });
    const unseen = criticalShop()
      .know({ checkedTargets: new Map([['shop.shop-2', 1]]) })
      .anomaly(missing);
    expect(unseen.incident).toMatchObject({ severity: 'SEV2', decisions: [{ code: 'no_playbook' }] });
    expect(unseen.incident.harm?.reason).toBe('its telemetry is missing, and no check says that it works');
  });

  test('is a value that spec 5.4 names', () => {
    const scenario = criticalShop().anomaly({ ...cpu, metric: 'security_alert', value: 1 });
    expect(scenario.incident.severity).toBe('SEV0');
  });

  test('is what the trigger of a playbook of the service names, and of no other', () => {
    const trigger = { condition: 'anomaly_metric == "cpu_usage_percent" AND anomaly_direction == "up"' };
    const own = criticalShop({ playbooks: [makePlaybook({ trigger })] }).anomaly(cpu);
    expect(own.incident.harm?.reason).toBe('cpu_usage_percent: the trigger of playbook restart holds');
    const other = criticalShop({ playbooks: [makePlaybook({ trigger, services: ['mail'] })] }).anomaly(cpu);
    const elsewhere = criticalShop({ playbooks: [makePlaybook({ trigger, environments: ['staging'] })] }).anomaly(cpu);
    for (const { incident } of [other, elsewhere]) expect(incident.harm?.isHarmful).toBe(false);
  });

  test('that was to be healed, and was not, stays with humans although only a rare value is left', () => {
    const playbook = makePlaybook({ trigger: { condition: 'disk_usage_percent > 85' }, safety: { maxRetries: 0 } });
    const disk = { metric: 'disk_usage_percent', value: 92, triggers: ['restart'] };
    const scenario = new Scenario({ playbooks: [playbook] }).anomaly({ ...disk, harm: beyond });
    scenario.wait(1_000).anomaly({ metric: 'disk_usage_percent', value: 70, harm: rare }, 'anomaly.updated');
    scenario.completed('failed');
    expect(scenario.incident.status).toBe('escalated');
  });
});
