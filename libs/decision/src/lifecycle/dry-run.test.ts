import { describe, expect, test } from 'vitest';
import { pastIncidentOf } from '../past-incident.ts';
import { Scenario, makePlaybook, makeSafety } from '../testing/scenario.ts';

/** Cortex has said what it would do, and humans have been called. */
function said(fields: Record<string, unknown> = {}): Scenario {
  const playbooks = [makePlaybook({ safety: { cooldownMs: 600_000, maxRetries: 0 } })];
  const scenario = new Scenario({ playbooks, safety: makeSafety({ dryRun: true, ...fields }) });
  scenario.health('shop-1', 'UNHEALTHY').completed('dry_run');
  expect(scenario.incident.status).toBe('escalated');
  return scenario.wait(5_000);
}

describe('an incident that was only told of in a dry run', () => {
  test('is healed when dry run is off, though nothing in it changes', () => {
    const scenario = said().due('reevaluate').due('reevaluate');
    expect(scenario.incident.attempts).toHaveLength(1);
    scenario.know({ safety: makeSafety() }).due('reevaluate');
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ outcome: 'dry_run' }, {}] });
    expect(scenario.all('remediation.requested').at(-1)?.data).toMatchObject({ dryRun: false });
  });

  test('is healed at once when it changes, and dry run is off', () => {
    const scenario = said().know({ safety: makeSafety() });
    scenario.health('shop-1', 'UNHEALTHY', ['process_running', 'tcp_port']);
    expect(scenario.incident.status).toBe('remediating');
  });

  test('stays with whoever took it', () => {
    const scenario = said().acknowledge('ada').know({ safety: makeSafety() });
    scenario.due('reevaluate').health('shop-1', 'UNHEALTHY', ['process_running', 'tcp_port']);
    expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{ outcome: 'dry_run' }] });
  });

  test('has used up none of its attempts, nor of the tries and the cool-down of its playbook', () => {
    const scenario = said({ maxAttempts: 1 });
    scenario.know({ safety: makeSafety({ maxAttempts: 1 }) }).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.incident.severity).toBe(scenario.incident.initialSeverity);
  });

  test('is not said again when what was degraded is down', () => {
    const playbooks = [makePlaybook({ trigger: { condition: 'health_state != "HEALTHY"' } })];
    const scenario = new Scenario({ playbooks, safety: makeSafety({ dryRun: true }) });
    scenario.health('shop-1', 'DEGRADED').completed('dry_run').wait(120_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.all('remediation.requested')).toHaveLength(1);
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('it is down now');
    scenario.know({ safety: makeSafety() }).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('is not said again and again', () => {
    const scenario = said();
    for (const checks of [['tcp_port'], ['process_running'], ['process_running', 'tcp_port']])
      scenario.wait(60_000).health('shop-1', 'UNHEALTHY', checks);
    expect(scenario.all('remediation.requested')).toHaveLength(1);
  });
});

test('the same trouble in a later incident is healed at once when dry run is off meanwhile', () => {
  const scenario = said();
  scenario.health('shop-1', 'HEALTHY').due('quiet');
  expect(scenario.incident.status).toBe('resolved');
  const history = [pastIncidentOf(scenario.incident)];
  scenario.know({ safety: makeSafety(), history, newIncidentId: '00000000-0000-7000-8000-000000000002' });
  expect(scenario.wait(60_000).health('shop-1', 'UNHEALTHY').incident.status).toBe('remediating');
});
