import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';

const minute = 60_000;
const hour = 60 * minute;

/** What an executor that always refuses leads to within three hours. */
function refusedFor(refusedBy: 'expired' | 'superseded' | 'approval' | 'budget' | 'window' | 'flapping') {
  const scenario = new Scenario({ services: [makeService('shop', 3)] }).health('shop-1', 'UNHEALTHY');
  const startMs = Date.parse(scenario.now);
  let firstCallMs: number | undefined;
  while (Date.parse(scenario.now) - startMs < 3 * hour) {
    if (scenario.incident.status === 'remediating') {
      scenario.wait(500).completed('refused', { refusedBy, reason: 'no' });
    } else {
      const [next] = [...scenario.timers.values()].toSorted((left, right) => left.dueAt.localeCompare(right.dueAt));
      if (next === undefined) break;
      scenario.due(next.key.slice(37));
    }
    if (firstCallMs === undefined && scenario.all('escalation.requested').length > 0) {
      firstCallMs = Date.parse(scenario.now) - startMs;
    }
  }
  return { asked: scenario.all('remediation.requested').length, firstCallMs, status: scenario.incident.status };
}

describe('an executor that refuses every plan', () => {
  test.each(['expired', 'superseded', 'approval'] as const)('as %s: after three, humans are called', (refusedBy) => {
    const { asked, firstCallMs, status } = refusedFor(refusedBy);
    expect([asked, status]).toEqual([3, 'escalated']);
    expect(firstCallMs).toBeLessThan(5 * minute);
  });

  test.each(['budget', 'window', 'flapping'] as const)('by %s: is asked ever more rarely, and humans hear', (by) => {
    const { asked, firstCallMs } = refusedFor(by);
    expect(asked).toBeLessThan(25);
    expect(firstCallMs).toBeLessThanOrEqual(15 * minute + 1_000);
  });

  test('one that begins in between ends the row', () => {
    const scenario = new Scenario({ services: [makeService('shop', 3)] }).health('shop-1', 'UNHEALTHY');
    const refuse = () => scenario.completed('refused', { refusedBy: 'expired', reason: 'no' }).due('reevaluate');
    refuse();
    refuse();
    const [attempt] = scenario.incident.attempts.slice(-1);
    if (attempt === undefined) throw new RangeError('nothing was asked for');
    const { executionId, playbookId, targets } = attempt;
    const data = { executionId, incidentId: scenario.incident.id, playbookId, targets, startedAt: scenario.now };
    scenario.apply({ id: scenario.nextId(), type: 'remediation.started', data });
    scenario.completed('refused', { refusedBy: 'expired', reason: 'no' });
    expect(scenario.incident.status).toBe('open');
  });

  test('because somebody has taken the incident since: it is left to them', () => {
    const scenario = new Scenario().health('shop-1', 'UNHEALTHY').acknowledge();
    scenario.completed('refused', { refusedBy: 'superseded', reason: 'ada has taken it' });
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.decisions.at(-1)?.code).toBe('with_humans');
    expect(scenario.all('escalation.requested')).toEqual([]);
  });
});

test.each([-hour, -1, 0, 1, hour])(
  'a cool-down counts by the clock of decision: that of the executor is %i ms off',
  (skewMs) => {
    const playbook = makePlaybook({ safety: { cooldownMs: 30 * minute, maxRetries: 5 } });
    const scenario = new Scenario({ playbooks: [playbook], safety: makeSafety({ maxAttempts: 10 }) });
    scenario.health('shop-1', 'UNHEALTHY');
    const at = new Date(Date.parse(scenario.now) + skewMs).toISOString();
    scenario.wait(5_000).completed('succeeded', { startedAt: at, completedAt: at });
    scenario.wait(minute).verified('FAILED');
    expect(scenario.incident.attempts).toHaveLength(1);
    expect(scenario.incident.decisions.at(-1)?.reason).toMatch(/cool-down/);
  },
);

describe('a changed configuration', () => {
  /** Out of moves: the executor has refused the only playbook for good. */
  function refused() {
    const scenario = new Scenario().health('shop-1', 'UNHEALTHY');
    for (let count = 0; count < 2; count += 1) {
      if (scenario.incident.status === 'open') scenario.due('reevaluate');
      scenario.completed('refused', { refusedBy: 'precondition', reason: 'start_command names what is not there' });
    }
    expect(scenario.incident.status).toBe('escalated');
    return scenario;
  }
  const requests = (scenario: Scenario) => scenario.all('remediation.requested').length;

  test('may have mended what was refused: it is asked again, once services have taken it', () => {
    const scenario = refused();
    const before = requests(scenario);
    expect(requests(scenario.reload())).toBe(before);
    expect(requests(scenario.due('reevaluate'))).toBe(before + 1);
    expect(scenario.incident.status).toBe('remediating');
  });

  test('may bring a playbook where there was none', () => {
    const scenario = new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('escalated');
    scenario.reload().know({ playbooks: [makePlaybook()] });
    expect(scenario.due('reevaluate').incident.status).toBe('remediating');
  });

  test('is no matter for what people have taken, or what has cleared', () => {
    const taken = refused().acknowledge();
    expect(taken.reload().last?.ignored).toBe('nothing_waits');
    const cleared = refused().health('shop-1', 'HEALTHY');
    expect(cleared.reload().last?.ignored).toBe('nothing_waits');
  });
});
