import { describe, expect, test } from 'vitest';
import { readMemory } from '../model/memory.ts';
import { Scenario, makePlaybook, makeSafety } from '../testing/scenario.ts';

const next = '00000000-0000-7000-8000-000000000002';
const undoable = makePlaybook({ rollback: { available: true }, safety: { maxRetries: 0 } });

/** Every way in which an incident comes to humans; none of them is worked on any more. */
const escalated: Readonly<Record<string, () => Scenario>> = {
  'no playbook fits': () => new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY'),
  'no answer came': () => new Scenario().health('shop-1', 'UNHEALTHY').due('deadline'),
  'nobody knows what it did': () => new Scenario().health('shop-1', 'UNHEALTHY').completed('ambiguous'),
  'its rollback failed': () =>
    new Scenario({ playbooks: [undoable] })
      .health('shop-1', 'UNHEALTHY')
      .completed('succeeded')
      .verified('FAILED')
      .rolledBack('failed'),
  'a human denied it': () =>
    new Scenario({ playbooks: [makePlaybook({ safety: { requireApproval: true } })] })
      .health('shop-1', 'UNHEALTHY')
      .answer('approval.denied', 'ada'),
};

describe('an escalated incident whose signals are clear for the settling time', () => {
  describe.each(Object.entries(escalated))('%s', (_why, begin) => {
    test.each([false, true])('ends by itself (acknowledged: %s), and says so', (isAcknowledged) => {
      const scenario = begin();
      expect(scenario.incident.status).toBe('escalated');
      if (isAcknowledged) scenario.acknowledge('ada');
      const clearedAt = scenario.wait(1_000).now;
      scenario.health('shop-1', 'HEALTHY');
      expect(scenario.incident.status).toBe('escalated');
      scenario.due('quiet');
      expect(Date.parse(scenario.now) - Date.parse(clearedAt)).toBe(scenario.facts.safety.settlingMs);
      expect(scenario.incident.resolution).toMatchObject({ at: scenario.now, recoveredAt: clearedAt });
      expect(scenario.types).toContain('incident.resolved');
      expect(scenario.incident.resolution?.reason).toContain('stayed clear');
    });

    test('what fails after that is a new incident, decided and told anew', () => {
      const scenario = begin().wait(1_000).health('shop-1', 'HEALTHY').due('quiet');
      scenario.wait(57_000).know({ newIncidentId: next }).health('shop-1', 'UNHEALTHY');
      expect(scenario.incident.id).toBe(next);
      expect(scenario.types).toContain('decision.made');
    });
  });

  test('says when it ends as soon as they are clear', () => {
    const scenario = new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY').wait(1_000);
    scenario.health('shop-1', 'HEALTHY');
    expect(scenario.incident.decisions.at(-1)).toMatchObject({ outcome: 'monitor', code: 'signals_cleared' });
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('2026-03-02T10:01:01.000Z');
  });

  test('ends also when it was escalated after they had cleared', () => {
    const scenario = new Scenario()
      .health('shop-1', 'UNHEALTHY')
      .wait(1_000)
      .health('shop-1', 'HEALTHY')
      .completed('succeeded')
      .due('deadline');
    expect(scenario.incident.status).toBe('escalated');
    scenario.due('quiet');
    expect(scenario.incident.status).toBe('resolved');
  });

  test('goes by the setting', () => {
    const scenario = new Scenario({ playbooks: [], safety: makeSafety({ settlingMs: 7_000 }) });
    scenario.health('shop-1', 'UNHEALTHY').wait(1_000).health('shop-1', 'HEALTHY').due('quiet');
    expect(scenario.now).toBe('2026-03-02T10:00:08.000Z');
    expect(scenario.incident.status).toBe('resolved');
  });

  test('goes on when one of several signals is still there', () => {
    const scenario = new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY').anomaly();
    scenario.wait(1_000).health('shop-1', 'HEALTHY');
    expect(Object.keys(readMemory(scenario.record ?? { memory: {} }).timers)).not.toContain(
      `${scenario.incident.id}-quiet`,
    );
  });
});

test('what humans were called for, and nothing was done about, settles before it ends', () => {
  const scenario = new Scenario().know({ killSwitch: undefined }).health('shop-1', 'CRITICAL');
  expect(scenario.incident).toMatchObject({ status: 'open', escalations: [{}] });
  scenario.wait(1_000).health('shop-1', 'HEALTHY');
  expect(scenario.incident.status).toBe('monitoring');
  scenario.wait(1_000).health('shop-1', 'CRITICAL');
  expect(scenario.incident.status).toBe('open');
  scenario.wait(1_000).health('shop-1', 'HEALTHY').due('quiet');
  expect(scenario.incident.resolution?.method).toBe('cleared');
  expect(scenario.all('incident.opened')).toHaveLength(1);
});
