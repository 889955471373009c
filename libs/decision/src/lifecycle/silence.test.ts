import type { Silence } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';

const minute = 60_000;
const requests = (scenario: Scenario): number => scenario.all('remediation.requested').length;
const pages = (scenario: Scenario): number => scenario.all('escalation.requested').length;
const held = (scenario: Scenario): string | undefined => scenario.incident.decisions.at(-1)?.reason;
const unchecked = { checkedTargets: new Map<string, number>() };

describe('a silenced incident', () => {
  test('is held, and the gate names the silence, who set it, and until when', () => {
    const scenario = new Scenario().know(unchecked).silence().health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ status: 'open', decisions: [{ outcome: 'hold' }] });
    expect(held(scenario)).toBe('silence 0123456789ab of shop, by ada until 2026-03-02T11:00:00.000Z: moving house');
    const [gate, ...others] = scenario.incident.decisions[0]?.gates ?? [];
    const inputs = { silence: '0123456789ab', by: 'ada', until: '2026-03-02T11:00:00.000Z', reason: 'moving house' };
    expect(gate).toMatchObject({ gate: 'silence', verdict: 'hold', inputs });
    expect(others.map(({ verdict }) => verdict)).toEqual(Array<string>(8).fill('not_reached'));
  });

  test('is decided at once when the silence is lifted, where no check looks', () => {
    const scenario = new Scenario().know(unchecked).silence().health('shop-1', 'UNHEALTHY');
    expect(requests(scenario)).toBe(0);
    expect(requests(scenario.wait(minute).lift())).toBe(1);
  });

  test('waits for its checks to look again, because what is known is from before the silence', () => {
    const scenario = new Scenario().silence().health('shop-1', 'UNHEALTHY').wait(minute).lift();
    expect(requests(scenario)).toBe(0);
    scenario.health('shop-1', 'HEALTHY');
    expect(scenario.incident).toMatchObject({ status: 'resolved', resolution: { method: 'cleared' } });
  });

  test('is healed after that when it is still in trouble', () => {
    const scenario = new Scenario().silence().health('shop-1', 'UNHEALTHY').wait(minute).lift();
    expect(requests(scenario)).toBe(0);
    expect(requests(scenario.due('reevaluate'))).toBe(1);
  });

  test('is decided by what a check says after the end, without waiting longer', () => {
    const scenario = new Scenario().silence().health('shop-1', 'DEGRADED').wait(minute).lift();
    expect(requests(scenario)).toBe(0);
    expect(requests(scenario.wait(1_000).health('shop-1', 'UNHEALTHY'))).toBe(1);
  });

  test('is asked again after the silence has ended by itself', () => {
    const scenario = new Scenario().silence().health('shop-1', 'UNHEALTHY');
    let rounds = 0;
    while (requests(scenario) === 0 && rounds < 1_000) {
      scenario.due('reevaluate');
      rounds += 1;
    }
    // One hold_retry after the end.
    expect(scenario.now).toBe('2026-03-02T11:00:30.000Z');
    expect(scenario.all('decision.made')).toHaveLength(2);
  });

  test('stays held while another silence goes on', () => {
    const scenario = new Scenario().know(unchecked).silence().silence({ id: 'ba9876543210', instance: 'shop-1' });
    scenario.health('shop-1', 'UNHEALTHY').wait(minute).lift();
    expect(requests(scenario)).toBe(0);
    expect(requests(scenario.lift('ba9876543210'))).toBe(1);
  });
});

describe('what a silence covers', () => {
  test.each<[Partial<Silence>, number, string]>([
    [{ instance: 'shop-1' }, 0, 'the affected instance'],
    [{ instance: 'shop-2' }, 1, 'another instance'],
    [{ check: 'process_running' }, 1, 'only a check'],
    [{ service: 'db' }, 1, 'another service'],
    [{ startsAt: '2026-03-02T10:05:00.000Z' }, 1, 'later'],
  ])('%j: %i remediations (%s)', (fields, count) => {
    const scenario = new Scenario({ services: [makeService('shop', 3), makeService('db')] });
    expect(requests(scenario.silence(fields).health('shop-1', 'UNHEALTHY'))).toBe(count);
  });

  test('one of several affected instances holds all', () => {
    const scenario = new Scenario({ services: [makeService('shop', 4)] }).health('shop-2', 'DEGRADED', [
      'http_endpoint',
    ]);
    expect(requests(scenario.silence({ instance: 'shop-2' }).health('shop-1', 'UNHEALTHY'))).toBe(0);
  });

  test('the only instance is left alone by what is said of the whole service', () => {
    const scenario = new Scenario().silence({ instance: 'shop-1' });
    scenario.anomaly({ instance: undefined } as never);
    expect(held(scenario)).toContain('silence 0123456789ab of shop/shop-1');
    expect(pages(scenario)).toBe(0);
  });

  test('silences that cannot be read hold as any might', () => {
    const scenario = new Scenario().know({ hasUnreadableSilence: true }).health('shop-1', 'UNHEALTHY');
    expect(held(scenario)).toBe('the silences cannot be read, so any may hold');
    expect(requests(scenario.know({ hasUnreadableSilence: false }).due('reevaluate'))).toBe(1);
  });

  test('one that can be read holds beside one that cannot, and nobody is called', () => {
    const scenario = new Scenario().silence().know({ hasUnreadableSilence: true }).health('shop-1', 'CRITICAL');
    expect(held(scenario)).toContain('silence 0123456789ab of shop');
    expect(pages(scenario)).toBe(0);
  });

  test('a question that is out is taken back, and asked again afterwards', () => {
    const playbooks = [makePlaybook({ safety: { requireApproval: true } })];
    const scenario = new Scenario({ playbooks }).know(unchecked).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('awaiting_approval');
    expect(scenario.silence().incident).toMatchObject({ status: 'open', approval: { status: 'withdrawn' } });
    expect(scenario.lift().incident).toMatchObject({ status: 'awaiting_approval', approval: { status: 'pending' } });
  });

  test('a remediation under way goes on to its verification', () => {
    const scenario = new Scenario().health('shop-1', 'UNHEALTHY').silence();
    expect(scenario.completed('succeeded').incident.status).toBe('verifying');
    expect(scenario.verified('SUCCESS').incident).toMatchObject({ resolution: { method: 'auto_remediation' } });
  });

  test('what did not help is undone, and nothing else is tried', () => {
    const playbooks = [makePlaybook({ rollback: { available: true } })];
    const scenario = new Scenario({ playbooks }).health('shop-1', 'UNHEALTHY').silence();
    scenario.completed('succeeded').verified('FAILED');
    expect(scenario.types).toContain('remediation.rollback.requested');
    expect(scenario.rolledBack('succeeded').incident.status).toBe('open');
    expect(requests(scenario)).toBe(1);
  });
});

describe('people', () => {
  test('are not called for what no playbook heals, until the silence is over', () => {
    const scenario = new Scenario({ playbooks: [] }).know(unchecked).silence().health('shop-1', 'CRITICAL');
    expect(pages(scenario.due('reevaluate'))).toBe(0);
    expect(pages(scenario.lift())).toBe(1);
  });

  test('are not called because it lasts long, and are when it still does', () => {
    const scenario = new Scenario({ playbooks: [] }).silence({ endsAt: '2026-03-02T12:30:00.000Z' });
    scenario.health('shop-1', 'UNHEALTHY').due('prolonged').due('prolonged');
    expect(pages(scenario)).toBe(0);
    expect(scenario.due('prolonged').all('escalation.requested')[0]?.data).toMatchObject({
      reason: 'Issue not resolved within SLA',
    });
  });

  test('hear of an execution that ended in the dark when the silence ends', () => {
    const scenario = new Scenario().health('shop-1', 'UNHEALTHY').silence().completed('ambiguous');
    expect(scenario.incident.status).toBe('escalated');
    expect(pages(scenario)).toBe(0);
    expect(pages(scenario.due('postponed'))).toBe(1);
    expect(scenario.now).toBe('2026-03-02T11:00:00.000Z');
  });

  test('hear of it when the silence is lifted, once', () => {
    const scenario = new Scenario().health('shop-1', 'UNHEALTHY').silence().completed('ambiguous').wait(minute);
    expect(pages(scenario.lift())).toBe(1);
    expect(scenario.timers.has(`${scenario.incident.id}-postponed`)).toBe(false);
  });

  test('are called at once when an undo of Cortex failed', () => {
    const playbooks = [makePlaybook({ rollback: { available: true } })];
    const scenario = new Scenario({ playbooks }).health('shop-1', 'UNHEALTHY').silence();
    scenario.completed('succeeded').verified('FAILED').rolledBack('failed');
    expect(scenario.all('escalation.requested')[0]?.data).toMatchObject({ urgent: true, severity: 'SEV0' });
  });

  test('who have the incident already keep it', () => {
    const scenario = new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('escalated');
    const called = pages(scenario);
    scenario.silence().health('shop-1', 'CRITICAL');
    expect(scenario.incident.status).toBe('escalated');
    expect(pages(scenario)).toBe(called);
  });
});
