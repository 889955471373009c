import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook } from '../testing/scenario.ts';

const undoable = { rollback: { available: true } };

/** The shop is being healed, and somebody throws the kill switch. */
function stopped(playbook: Record<string, unknown> = undoable): Scenario {
  const scenario = new Scenario({ playbooks: [makePlaybook(playbook)] });
  scenario.health('shop-1', 'UNHEALTHY').killSwitch(true);
  return scenario.completed('stopped', { reason: 'kill_switch: drill' });
}

function reasons(scenario: Scenario): string[] {
  return scenario.all('escalation.requested').map((one) => (one.data as { reason: string }).reason);
}

describe('a stop by a human is no failure', () => {
  test('nothing is counted, nothing is undone against the switch, and people hear once what was done', () => {
    const scenario = stopped();
    expect(scenario.facts.breakers.size).toBe(0);
    expect(scenario.all('remediation.rollback.requested')).toEqual([]);
    expect(scenario.incident).toMatchObject({
      status: 'open',
      attempts: [{ outcome: 'stopped', rollback: 'stopped' }],
    });
    expect(scenario.incident.waiting?.for).toBe('kill_switch');
    expect(reasons(scenario)).toEqual([expect.stringContaining('done so far: 1 "restart" on shop-1 (succeeded)')]);
    expect(scenario.all('escalation.requested')[0]?.data).toMatchObject({ urgent: false });
    expect(scenario.incident.severity).not.toBe('SEV0');
    scenario.due('reevaluate').due('reevaluate');
    expect(reasons(scenario)).toHaveLength(1);
  });

  test('when the switch goes off, what was half-done is undone, and then the trouble is decided on anew', () => {
    const scenario = stopped().killSwitch(false);
    expect(scenario.incident.status).toBe('rolling_back');
    expect(scenario.all('remediation.rollback.requested')).toHaveLength(1);
    scenario.rolledBack('succeeded');
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.incident.attempts).toMatchObject([{ outcome: 'stopped', rollback: 'succeeded' }, { attempt: 2 }]);
  });

  test('when nothing is wrong any more by then, nothing is undone, and the end says what is left', () => {
    const scenario = stopped().health('shop-1', 'HEALTHY').killSwitch(false).due('quiet');
    expect(scenario.all('remediation.rollback.requested')).toEqual([]);
    expect(scenario.incident).toMatchObject({ status: 'resolved' });
    expect(scenario.incident.resolution?.reason).toContain('what restart had done was not undone');
  });

  test('trouble that returns while it is watched is undone first, too', () => {
    const scenario = stopped().health('shop-1', 'HEALTHY').killSwitch(false).wait(1_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('rolling_back');
  });

  test('whoever took it while it ran gets it: it is undone where it can be, and nothing else is tried', () => {
    const taken = (playbook: Record<string, unknown>): Scenario => {
      const scenario = new Scenario({ playbooks: [makePlaybook(playbook)] }).health('shop-1', 'UNHEALTHY');
      scenario.acknowledge('ada').killSwitch(true).completed('stopped', { reason: 'kill_switch: drill' });
      return scenario.killSwitch(false);
    };
    for (const scenario of [taken({}), taken(undoable).rolledBack('succeeded')]) {
      expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{ outcome: 'stopped' }] });
      expect(scenario.all('remediation.requested')).toHaveLength(1);
    }
  });

  test('a stop that comes after humans were called is told, and what it left is theirs', () => {
    const scenario = new Scenario({ playbooks: [makePlaybook(undoable)] }).health('shop-1', 'UNHEALTHY');
    scenario.due('deadline').killSwitch(true).completed('stopped', { reason: 'kill_switch: drill' }).killSwitch(false);
    expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{ outcome: 'stopped' }] });
    expect(scenario.all('remediation.rollback.requested')).toEqual([]);
    expect(reasons(scenario).at(-1)).toContain('done so far: 1 "restart" on shop-1 (succeeded)');
  });

  test('what cannot be undone is decided on anew when the switch goes off', () => {
    const scenario = stopped({});
    expect(scenario.incident).toMatchObject({ status: 'open', waiting: { for: 'kill_switch' } });
    expect(scenario.killSwitch(false).incident).toMatchObject({
      status: 'remediating',
      attempts: [{}, { attempt: 2 }],
    });
  });

  test('stops use up no attempts', () => {
    const scenario = stopped({});
    for (let times = 0; times < 5; times += 1) scenario.killSwitch(false).killSwitch(true).completed('stopped');
    expect(scenario.killSwitch(false).incident.status).toBe('remediating');
    expect(scenario.facts.breakers.size).toBe(0);
  });

  test('a silence that came meanwhile holds the undoing, and its end frees it', () => {
    const scenario = stopped().silence().killSwitch(false);
    expect(scenario.incident.waiting?.for).toBe('silence');
    expect(scenario.all('remediation.rollback.requested')).toEqual([]);
  });
});

describe('a rollback that the switch stops is held, not failed', () => {
  test('it waits, calls nobody at SEV0, and is asked for again when the switch goes off', () => {
    const scenario = new Scenario({ playbooks: [makePlaybook(undoable)] });
    scenario.health('shop-1', 'UNHEALTHY').completed('succeeded').verified('FAILED');
    expect(scenario.incident.status).toBe('rolling_back');
    scenario.killSwitch(true).rolledBack('stopped');
    expect(scenario.incident).toMatchObject({ status: 'open', waiting: { for: 'kill_switch' } });
    expect(scenario.all('escalation.requested')).toMatchObject([{ data: { urgent: false } }]);
    expect(scenario.wait(1_000).killSwitch(false).incident.status).toBe('rolling_back');
    expect(scenario.all('remediation.rollback.requested')).toHaveLength(2);
    expect(scenario.rolledBack('succeeded').incident.attempts[0]?.rollback).toBe('succeeded');
  });

  test('an execution that fails while the switch is on counts as what it is, and its rollback waits', () => {
    const scenario = new Scenario({ playbooks: [makePlaybook(undoable)] });
    scenario.health('shop-1', 'UNHEALTHY').killSwitch(true);
    scenario.completed('succeeded').verified('FAILED');
    expect(scenario.all('remediation.rollback.requested')).toEqual([]);
    expect(scenario.facts.breakers.get('restart.shop')?.outcomes).toHaveLength(1);
    expect(scenario.killSwitch(false).incident.status).toBe('rolling_back');
  });

  test('what made it worse is undone when the switch goes off, and then left to people', () => {
    const scenario = new Scenario({ playbooks: [makePlaybook(undoable)] });
    scenario.health('shop-1', 'UNHEALTHY').killSwitch(true);
    scenario.completed('succeeded').verified('FAILED', { worsened: true });
    scenario.killSwitch(false).rolledBack('succeeded');
    expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{ rollback: 'succeeded' }] });
  });
});
