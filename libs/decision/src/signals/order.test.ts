import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';

const start = makePlaybook({ id: 'start', trigger: { condition: '"tcp_port" in failing_check_types' } });

/** Says of shop-1 what the checker says, with its number, as of `since`. */
function tell(
  scenario: Scenario,
  to: 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY',
  sequence: number,
  fields: { since?: string; checks?: readonly string[] } = {},
): Scenario {
  const data = scenario.healthChange('shop-1', to, fields.checks ?? ['process_running']);
  const since = fields.since ?? scenario.now;
  scenario.setHealth('shop', 'shop-1', to);
  return scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...data, since, sequence } });
}

describe('changes of one target', () => {
  test('a later one that began earlier counts', () => {
    const scenario = new Scenario({ playbooks: [] });
    const began = scenario.now;
    tell(scenario, 'UNHEALTHY', 1);
    scenario.wait(20_000);
    tell(scenario, 'DEGRADED', 2);
    tell(scenario.wait(5_000), 'UNHEALTHY', 3, { since: began });
    expect(scenario.incident.signals).toMatchObject([{ healthState: 'UNHEALTHY', sequence: 3 }]);
  });

  test('a recovery whose first pass lies before the last change counts', () => {
    const scenario = new Scenario({ services: [makeService('shop', 3)], playbooks: [] });
    tell(scenario, 'UNHEALTHY', 1);
    const passed = scenario.wait(20_000).now;
    tell(scenario.wait(5_000), 'DEGRADED', 2);
    tell(scenario.wait(5_000), 'HEALTHY', 3, { since: passed });
    expect(scenario.incident.signals).toMatchObject([{ active: false, clearedAt: passed }]);
  });

  test('an earlier one that comes late does not', () => {
    const scenario = new Scenario({ playbooks: [] });
    const since = scenario.now;
    tell(scenario, 'UNHEALTHY', 2, { checks: ['deep_query', 'tcp_port'] });
    tell(scenario.wait(1_000), 'UNHEALTHY', 1, { checks: ['deep_query'], since });
    expect(scenario.last?.ignored).toBe('newer_state_known');
    tell(scenario, 'HEALTHY', 1, { since });
    expect(scenario.last?.ignored).toBe('newer_state_known');
  });

  test('numbers that began anew, with a lost record, do not deafen it', () => {
    const scenario = new Scenario({ playbooks: [start] });
    tell(scenario, 'UNHEALTHY', 50, { checks: ['deep_query'] });
    tell(scenario.wait(1_000), 'UNHEALTHY', 1, { checks: ['tcp_port'] });
    expect(scenario.incident.attempts).toMatchObject([{ playbookId: 'start' }]);
  });

  test('from before a verified recovery they are over', () => {
    const scenario = new Scenario({ services: [makeService('shop', 3)] });
    const began = scenario.now;
    tell(scenario, 'UNHEALTHY', 1);
    scenario.health('shop-2', 'UNHEALTHY').wait(1_000).completed('succeeded').wait(1_000).verified('SUCCESS');
    tell(scenario.wait(1_000), 'DEGRADED', 2, { since: began });
    expect(scenario.last?.ignored).toBe('newer_state_known');
  });
});
