import { describe, expect, test } from 'vitest';
import { rankMatches } from './selection/rank.ts';
import { Scenario, makePlaybook, makeService } from './testing/scenario.ts';

const step = { step: 1, name: 'restart', action: 'restart_service', params: {}, timeoutMs: 30_000 };
const now = '2026-03-02T10:00:00.000Z';

function failed(playbook: ReturnType<typeof makePlaybook>, fields: Record<string, unknown> = {}): Scenario {
  const scenario = new Scenario({ services: [makeService('shop', 2, fields)], playbooks: [playbook] });
  return scenario.health('shop-1', 'UNHEALTHY').completed('failed');
}

describe('escalation.create_incident: false', () => {
  const escalation = { notify: ['sre'], createIncident: false };
  const once = { maxRetries: 0 };
  const told = (scenario: Scenario) => scenario.all('escalation.requested').at(-1)?.data;

  test('the failure of the playbook is for its contacts alone', () => {
    const scenario = failed(makePlaybook({ escalation, safety: once }));
    expect(scenario.incident).toMatchObject({ status: 'escalated', severity: 'SEV2' });
    expect(told(scenario)).toMatchObject({ notify: ['sre'], onlyNotify: true });
  });

  test('by default it is for the chain, too', () => {
    const scenario = failed(makePlaybook({ safety: once }));
    expect(told(scenario)).not.toHaveProperty('onlyNotify');
  });

  test('SEV1 and what nobody knows is for the chain', () => {
    const grave = failed(makePlaybook({ escalation, safety: once }), { critical: true });
    expect(grave.incident).toMatchObject({ status: 'escalated', severity: 'SEV1' });
    expect(told(grave)).not.toHaveProperty('onlyNotify');
    const playbooks = [makePlaybook({ escalation, safety: once })];
    const unknown = new Scenario({ playbooks }).health('shop-1', 'UNHEALTHY').completed('ambiguous');
    expect(unknown.incident.status).toBe('escalated');
    expect(told(unknown)).not.toHaveProperty('onlyNotify');
  });
});

describe('rollback and risk', () => {
  /** Two of four instances are down, and the playbook may take both. */
  function wide(fields: Record<string, unknown>): Scenario {
    const playbooks = [makePlaybook({ safety: { blastRadius: 'single_service' }, ...fields })];
    const scenario = new Scenario({ services: [makeService('shop', 4, { minHealthy: 0 })], playbooks });
    scenario.know({ killSwitch: undefined }).health('shop-1', 'UNHEALTHY').wait(1);
    return scenario.health('shop-2', 'UNHEALTHY').killSwitch(false);
  }
  const reasonOf = (scenario: Scenario) => scenario.incident.approval?.reason ?? '';

  test('no rollback, and no word why: more than one instance needs approval', () => {
    expect(reasonOf(wide({ rollback: { available: false } }))).toContain('says nothing of a rollback');
    expect(reasonOf(wide({ rollback: { available: false, reason: '' } }))).toContain('says nothing of a rollback');
    expect(reasonOf(wide({}))).not.toContain('rollback');
    expect(reasonOf(wide({ rollback: { available: true } }))).not.toContain('rollback');
    const decision = wide({ rollback: { available: false } }).incident.decisions.at(-1);
    expect(JSON.stringify(decision?.steps)).toContain('"check":"rollback_plan","verdict":"needs_approval"');
  });

  test('one instance is always allowed', () => {
    const playbooks = [makePlaybook({ rollback: { available: false } })];
    expect(new Scenario({ playbooks }).health('shop-1', 'UNHEALTHY').incident.status).toBe('remediating');
  });

  test.each([
    ['critical', 'SEV2', 'awaiting_approval'],
    ['critical', 'SEV0', 'awaiting_approval'],
    ['high', 'SEV2', 'remediating'],
    ['high', 'SEV0', 'awaiting_approval'],
    ['medium', 'SEV0', 'remediating'],
    ['low', 'SEV0', 'remediating'],
    [undefined, 'SEV0', 'remediating'],
  ] as const)('an action of risk %s at %s: %s', (riskLevel, severity, status) => {
    const playbooks = [makePlaybook({ steps: [{ ...step, riskLevel }] })];
    const services = [makeService('shop', 1, { critical: severity === 'SEV0' })];
    const scenario = new Scenario({ services, playbooks }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ severity, status });
    const asked = status === 'awaiting_approval' ? `the risk of restart_service is ${riskLevel}` : '';
    expect(reasonOf(scenario)).toBe(asked);
  });
});

describe('metadata, until Cortex has used the playbook itself', () => {
  const partsOf = (metadata: Record<string, unknown>, known?: Parameters<typeof rankMatches>[2]) =>
    rankMatches(
      [{ playbook: makePlaybook({ metadata }), match: 'exact', signals: [] }],
      'single_instance',
      known ?? new Map(),
      now,
    )[0]?.parts;

  test('last_updated stands for the last use', () => {
    expect(partsOf({ lastUpdated: '2026-01-31T10:00:00.000Z', totalExecutions: 5 })?.recency).toBeCloseTo(0.5);
    expect(partsOf({})?.recency).toBe(0);
    expect(partsOf({ lastUpdated: 'last winter' })?.recency).toBe(0);
    expect(partsOf({ lastUpdated: '2027-01-01' })?.recency).toBe(1);
  });

  test('a playbook that was never used has neither a rate nor a use', () => {
    const parts = partsOf({ lastUpdated: '2026-03-01', successRate: 0.9, totalExecutions: 0 });
    expect(parts).toMatchObject({ success_rate: 0.5, recency: 0 });
    expect(partsOf({ successRate: 0.9, totalExecutions: 5 })?.success_rate).toBe(0.9);
    expect(partsOf({ successRate: 0.9 })?.success_rate).toBe(0.9);
  });
});
