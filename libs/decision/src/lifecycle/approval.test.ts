import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';

const careful = makePlaybook({ safety: { requireApproval: true } });
const wide = makePlaybook({ safety: { blastRadius: 'single_service' } });

function asked(world: ConstructorParameters<typeof Scenario>[0] = { playbooks: [careful] }): Scenario {
  return new Scenario(world).health('shop-1', 'UNHEALTHY');
}

describe('an approval', () => {
  test('is bound to the execution, the plan and its expiry', () => {
    const { incident } = asked();
    expect(incident.status).toBe('awaiting_approval');
    expect(incident.approval).toMatchObject({
      status: 'pending',
      executionId: `${incident.id}-1`,
      requiredApprovals: 1,
      expiresAt: '2026-03-02T10:15:00.000Z',
    });
    expect(incident.approval?.planHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('granted: it runs, and the request names it', () => {
    const scenario = asked().answer('approval.granted', 'ada');
    expect(scenario.all('remediation.requested')[0]?.data).toMatchObject({
      approvalId: scenario.incident.approval?.approvalId,
    });
    expect(scenario.incident.approval).toMatchObject({ status: 'granted', grantedBy: ['ada'], decidedBy: 'ada' });
  });

  test('an answer to another plan is void', () => {
    const scenario = asked().answer('approval.granted', 'ada', { planHash: 'x' });
    expect(scenario.last?.ignored).toBe('other_plan');
    expect(scenario.all('remediation.requested')).toEqual([]);
  });

  test('denied: the incident is theirs', () => {
    const scenario = asked().answer('approval.denied', 'ada');
    expect(scenario.incident).toMatchObject({ status: 'escalated', approval: { status: 'denied' } });
    expect(scenario.answer('approval.granted', 'bob').last?.ignored).toBe('question_settled');
  });

  test('nobody answers: it expires, and humans are called', () => {
    const scenario = asked().due('approval');
    expect(scenario.types).toContain('approval.expired');
    expect(scenario.incident).toMatchObject({ status: 'escalated', approval: { status: 'expired' } });
  });

  test('an answer after the expiry does not count, though the timer has not fired', () => {
    expect(
      asked()
        .wait(15 * 60_000)
        .answer('approval.granted', 'ada').last?.ignored,
    ).toBe('answer_too_late');
  });

  test('granted, and held until it has expired: it is asked for anew', () => {
    const scenario = asked().know({
      killSwitch: { on: true, by: 'ada', reason: 'drill', at: '2026-03-02T10:00:00.000Z' },
    });
    scenario
      .answer('approval.granted', 'ada')
      .wait(15 * 60_000)
      .killSwitch(false);
    expect(scenario.all('remediation.requested')).toEqual([]);
    expect(scenario.incident).toMatchObject({ status: 'awaiting_approval', approval: { status: 'pending' } });
  });

  test('a change of plan takes the question back and asks anew', () => {
    const scenario = asked({ services: [makeService('shop', 20)], playbooks: [wide] });
    scenario.wait(1_000).health('shop-2', 'UNHEALTHY');
    expect(scenario.incident.attempts).toHaveLength(1);
    const changed = new Scenario({
      services: [makeService('shop', 20)],
      playbooks: [makePlaybook({ safety: { blastRadius: 'single_service', requireApproval: true } })],
    });
    changed.health('shop-1', 'UNHEALTHY');
    const first = changed.incident.approval;
    changed.wait(1_000).health('shop-2', 'UNHEALTHY');
    expect(changed.all('approval.withdrawn')[0]?.data).toMatchObject({
      approvalId: first?.approvalId,
      reason: 'the plan has changed',
    });
    expect(changed.incident.approval?.planHash).not.toBe(first?.planHash);
    const old = {
      approvalId: first?.approvalId ?? '',
      incidentId: changed.incident.id,
      planHash: first?.planHash ?? '',
      by: 'ada',
      comment: '',
    };
    changed.apply({ id: changed.nextId(), type: 'approval.granted', data: old });
    expect(changed.last?.ignored).toBe('other_question');
  });

  test('the kill switch thrown after the answer still holds', () => {
    const scenario = asked().know({ killSwitch: undefined }).answer('approval.granted', 'ada');
    expect(scenario.all('remediation.requested')).toEqual([]);
    expect(scenario.incident.status).toBe('open');
    scenario.killSwitch(false);
    expect(scenario.all('remediation.requested')).toHaveLength(1);
  });

  test('trouble that clears takes the question back', () => {
    const scenario = asked().wait(1_000).health('shop-1', 'HEALTHY');
    expect(scenario.incident).toMatchObject({
      // People were asked, so it must stay well for a while.
      status: 'monitoring',
      approval: { status: 'withdrawn', withdrawal: { at: scenario.now, reason: 'its signals cleared' } },
    });
    expect(scenario.types).toContain('approval.withdrawn');
    expect(scenario.all('approval.expired')).toEqual([]);
  });

  test('a question that the incident no longer asks is taken back with the reason', () => {
    const closed = asked().close('bob');
    expect(closed.incident.approval).toMatchObject({
      status: 'withdrawn',
      withdrawal: { reason: 'closed by bob: fixed' },
    });
    const answer = closed.answer('approval.granted', 'ada');
    expect(answer.last?.ignored).toBe('incident_over');
  });
});

describe('when spec 7.1 wants one', () => {
  function bothDown(service: Record<string, unknown>, playbook = wide): Scenario {
    const scenario = new Scenario({
      services: [makeService('shop', 4, { minHealthy: 0, ...service })],
      playbooks: [playbook],
    });
    scenario
      .know({ killSwitch: undefined })
      .health('shop-1', 'UNHEALTHY')
      .wait(1)
      .health('shop-2', 'UNHEALTHY')
      .killSwitch(false);
    return scenario;
  }

  test('one instance: never', () => {
    expect(asked({ playbooks: [wide] }).incident.status).toBe('remediating');
  });

  test('a service-wide action for less than SEV1', () => {
    const scenario = bothDown({});
    expect(scenario.incident.status).toBe('awaiting_approval');
    expect(scenario.incident.approval?.reason).toBe('a service-wide action for less than SEV1');
  });

  test('a service-wide action on a critical service', () => {
    expect(bothDown({ critical: true }).incident.approval?.reason).toContain('critical service');
  });

  test('the same trouble with a single-instance playbook is worked off one by one', () => {
    const scenario = bothDown({}, makePlaybook());
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.incident.attempts[0]?.targets).toHaveLength(1);
  });

  test('several services are affected', () => {
    const services = [
      makeService('shop'),
      makeService('web', 1, { dependsOn: ['shop'] }),
      makeService('x'),
      makeService('y'),
    ];
    const scenario = new Scenario({ services }).setHealth('web', 'web-1', 'UNHEALTHY');
    scenario.wait(2 * 60_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({
      status: 'awaiting_approval',
      blastRadius: { level: 'multiple_services' },
    });
  });

  test('more than five services: no automatic remediation, humans at once', () => {
    const dependants = ['a', 'b', 'c', 'd', 'e'].map((name) => makeService(name, 1, { dependsOn: ['shop'] }));
    const scenario = new Scenario({
      services: [makeService('shop'), ...dependants],
      safety: makeSafety({ stormMinServices: 100 }),
    });
    for (const { name } of dependants) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
    scenario.wait(2 * 60_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ status: 'escalated', blastRadius: { level: 'cluster_wide' } });
    expect(scenario.incident.decisions[0]?.code).toBe('radius_too_wide');
  });

  test('a playbook made for it needs two different people', () => {
    const dependants = ['a', 'b', 'c', 'd', 'e'].map((name) => makeService(name, 1, { dependsOn: ['shop'] }));
    const playbooks = [makePlaybook({ safety: { blastRadius: 'cluster_wide' } })];
    const scenario = new Scenario({
      services: [makeService('shop'), ...dependants],
      playbooks,
      safety: makeSafety({ stormMinServices: 100 }),
    });
    for (const { name } of dependants) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
    scenario.wait(2 * 60_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.approval?.requiredApprovals).toBe(2);
    scenario.answer('approval.granted', 'ada').answer('approval.granted', 'ada');
    expect(scenario.all('remediation.requested')).toEqual([]);
    scenario.answer('approval.granted', 'bob');
    expect(scenario.all('remediation.requested')).toHaveLength(1);
  });

  test('at SEV0 only single-instance playbooks run by themselves', () => {
    const services = [makeService('shop', 1, { critical: true })];
    expect(asked({ services }).incident.status).toBe('remediating');
    expect(asked({ services, playbooks: [wide] }).incident.status).toBe('awaiting_approval');
  });
});
