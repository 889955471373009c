import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';

const start = makePlaybook({ id: 'start', trigger: { condition: '"tcp_port" in failing_check_types' } });
const critical = [makeService('shop', 1, { critical: true })];

/** A deep check of the only instance fails first; these have not answered yet. */
function deepFirst(pending: readonly string[], playbooks = [start]): Scenario {
  const scenario = new Scenario({ services: critical, playbooks });
  return tell(scenario, ['deep_query'], pending);
}

function tell(scenario: Scenario, failing: readonly string[], pending: readonly string[]): Scenario {
  const data = scenario.healthChange('shop-1', 'UNHEALTHY', failing);
  scenario.setHealth('shop', 'shop-1', 'UNHEALTHY');
  return scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...data, pending: [...pending] } });
}

describe('a SEV0 for which no playbook fits', () => {
  test('waits for the checks of the target, and nobody is called meanwhile', () => {
    const scenario = deepFirst(['tcp_port']);
    expect(scenario.incident).toMatchObject({ status: 'open', severity: 'SEV0', escalations: [] });
    expect(scenario.incident.decisions).toMatchObject([{ outcome: 'wait', code: 'checks_pending' }]);
    expect(scenario.incident.decisions[0]?.reason).toContain('tcp_port');
  });

  test('is healed when the check that answers then is what a playbook asks for', () => {
    const scenario = tell(deepFirst(['tcp_port']).wait(2_000), ['deep_query', 'tcp_port'], []);
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ playbookId: 'start' }] });
  });

  test('is for humans as soon as the last has answered', () => {
    const scenario = tell(deepFirst(['tcp_port'], []).wait(2_000), ['deep_query'], []);
    expect(scenario.incident).toMatchObject({ status: 'escalated', escalations: [{}] });
  });

  test('waits no longer than some seconds', () => {
    const scenario = deepFirst(['tcp_port']).due('reevaluate');
    expect(Date.parse(scenario.now) - Date.parse(scenario.incident.openedAt)).toBe(10_000);
    expect(scenario.incident).toMatchObject({ status: 'escalated', escalations: [{}] });
  });

  test('does not wait for a check when a playbook fits', () => {
    expect(
      deepFirst(['tcp_port'], [makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"' } })]).incident
        .status,
    ).toBe('remediating');
  });

  test('does not wait when all have answered, or when it is not told which have not', () => {
    expect(deepFirst([], []).incident.status).toBe('escalated');
    const old = new Scenario({ services: critical, playbooks: [] }).health('shop-1', 'UNHEALTHY');
    expect(old.incident.status).toBe('escalated');
  });

  test('is told of worse that comes later', () => {
    const scenario = deepFirst(['tcp_port'], []).due('reevaluate');
    expect(scenario.all('escalation.requested')).toHaveLength(1);
  });
});
