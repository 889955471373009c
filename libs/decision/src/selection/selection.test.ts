import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';
import { selectionWeights } from '../model/plan.ts';
import { rankMatches } from './rank.ts';

const disk = makePlaybook({
  id: 'disk',
  category: 'infrastructure',
  trigger: { condition: 'disk_usage_percent > 85' },
});

function chosen(scenario: Scenario): string | undefined {
  return scenario.incident.attempts.at(-1)?.playbookId;
}

describe('finding', () => {
  test('a trigger that the detector saw held is an exact match', () => {
    expect(chosen(new Scenario({ playbooks: [disk] }).anomaly({ triggers: ['disk'] }))).toBe('disk');
  });

  test('a metric trigger is the detector’s to judge: the value alone starts nothing', () => {
    const scenario = new Scenario({ playbooks: [disk] }).anomaly({ value: 99 });
    expect(scenario.incident.attempts).toEqual([]);
    expect(scenario.incident.status).toBe('awaiting_approval');
  });

  test('a trigger met later acts on the open incident', () => {
    const scenario = new Scenario({ playbooks: [disk] }).anomaly();
    scenario.wait(1_000).anomaly({ triggers: ['disk'] }, 'anomaly.updated');
    expect(chosen(scenario)).toBe('disk');
  });

  test('a trigger over checks must hold for its duration', () => {
    const slow = makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"', durationMs: 60_000 } });
    const scenario = new Scenario({ playbooks: [slow] }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.decisions.at(-1)?.outcome).toBe('wait');
    scenario.due('reevaluate');
    expect(chosen(scenario)).toBe('restart');
  });

  test('what stops holding starts anew', () => {
    const slow = makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"', durationMs: 60_000 } });
    const scenario = new Scenario({ playbooks: [slow] }).health('shop-1', 'UNHEALTHY');
    scenario.wait(50_000).health('shop-1', 'DEGRADED').wait(5_000).health('shop-1', 'UNHEALTHY').wait(30_000);
    expect(scenario.incident.attempts).toEqual([]);
    scenario.due('reevaluate');
    expect(chosen(scenario)).toBe('restart');
    expect(Date.parse(scenario.now) - Date.parse('2026-03-02T10:00:55.000Z')).toBe(60_000);
  });

  test('degraded, and no playbook asks to act on that: wait, and call nobody', () => {
    const scenario = new Scenario({ playbooks: [disk] }).health('shop-1', 'DEGRADED', ['tcp_port']);
    expect(scenario.incident).toMatchObject({ status: 'open', escalations: [] });
    expect(scenario.incident.decisions.at(-1)?.outcome).toBe('wait');
  });

  test('nothing fits: humans are called, and a playbook that fits later still runs', () => {
    const scenario = new Scenario({ playbooks: [makePlaybook()] }).health('shop-1', 'UNHEALTHY', ['http_endpoint']);
    expect(scenario.incident.status).toBe('escalated');
    scenario.wait(1_000).health('shop-1', 'UNHEALTHY', ['process_running']);
    expect(scenario.incident.status).toBe('remediating');
  });

  test('a clean-up for disks is not generic for a busy processor', () => {
    const scenario = new Scenario({ playbooks: [disk] }).anomaly({ metric: 'cpu_usage_percent' });
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.cause).toBe('resource_exhaustion');
  });

  test('a generic playbook of the category runs by itself only where it has worked', () => {
    const scenario = new Scenario({ playbooks: [disk] }).anomaly();
    expect(scenario.incident.decisions.at(-1)).toMatchObject({ outcome: 'request_approval', playbookId: 'disk' });
    const known = {
      incidentId: 'i',
      cause: 'resource_exhaustion' as const,
      openedAt: scenario.now,
      uses: [{ playbookId: 'disk', targets: [], endedAt: scenario.now, confirmed: true }],
    };
    expect(chosen(new Scenario({ playbooks: [disk] }).know({ history: [known] }).anomaly())).toBe('disk');
  });

  test('playbooks for other services and environments are not for this one', () => {
    const other = makePlaybook({ id: 'other', services: ['blog'] });
    const staging = makePlaybook({ id: 'staging', environments: ['staging'] });
    const scenario = new Scenario({ services: [makeService('shop')], playbooks: [other, staging] }).health(
      'shop-1',
      'UNHEALTHY',
    );
    expect(scenario.incident.status).toBe('escalated');
  });
});

describe('ranking by spec 6.2', () => {
  test('the weights add up to one', () => {
    expect(Object.values(selectionWeights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
  });

  test('what worked more often comes first; ties go by name', () => {
    const names = ['c', 'a', 'b'].map((id) => ({
      playbook: makePlaybook({ id, metadata: { successRate: id === 'b' ? 0.9 : 0.5 } }),
      match: 'exact' as const,
      signals: [],
    }));
    const ranked = rankMatches(names, 'single_instance', new Map(), '2026-03-02T10:00:00.000Z');
    expect(ranked.map((one) => one.playbook.id)).toEqual(['b', 'a', 'c']);
    expect(ranked[0]?.score).toBeCloseTo(0.4 * 0.9 + 0.2 * (1 / 1.05) + 0.3, 4);
  });
});

describe('targets', () => {
  test('only what is affected, the worst first, one at a time for a single-instance playbook', () => {
    const scenario = new Scenario({ services: [makeService('shop', 4)] });
    scenario.setHealth('shop', 'shop-3', 'UNHEALTHY');
    scenario.health('shop-2', 'UNHEALTHY');
    expect(scenario.incident.attempts[0]?.targets).toEqual([{ service: 'shop', instance: 'shop-2' }]);
  });

  test('a protected instance is never a target: humans are called', () => {
    const safety = makeSafety({ protectedTargets: [{ service: 'shop', instance: 'shop-1' }] });
    const scenario = new Scenario({ safety }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.escalations[0]?.reason).toContain('protected');
  });

  test('a signal about a service of many healthy instances names no target', () => {
    const { instance: _none, ...whole } = { instance: 'x', triggers: ['disk'] };
    const scenario = new Scenario({ services: [makeService('shop', 3)], playbooks: [disk] });
    scenario.anomaly({ ...whole, instance: undefined } as never);
    expect(scenario.incident.escalations[0]?.reason).toContain('no instance can be named');
  });

  test('an unknown service gets an incident and humans, never an action', () => {
    const scenario = new Scenario({ services: [makeService('blog')] }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('escalated');
  });

  test('a watched-only service gets advice', () => {
    const scenario = new Scenario({ services: [makeService('shop', 1, { remediate: false })] }).health(
      'shop-1',
      'UNHEALTHY',
    );
    expect(scenario.incident.decisions[0]?.outcome).toBe('advise');
    expect(scenario.incident.decisions[0]?.code).toBe('watched_only');
    expect(scenario.incident.escalations[0]?.reason).toContain('would run restart on shop-1');
  });

  test('a flapping target is not acted on', () => {
    const scenario = new Scenario();
    scenario.setHealth('shop', 'shop-1', 'UNHEALTHY', { flapping: true });
    scenario.apply({
      id: scenario.nextId(),
      type: 'health.changed',
      data: scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']),
    });
    expect(scenario.incident.decisions[0]).toMatchObject({ outcome: 'hold' });
  });

  test('the cool-down of a playbook is kept over incidents', () => {
    const cooled = makePlaybook({ safety: { cooldownMs: 600_000 } });
    const scenario = new Scenario({ playbooks: [cooled] });
    const uses = [
      {
        playbookId: 'restart',
        targets: [{ service: 'shop', instance: 'shop-1' }],
        endedAt: scenario.now,
        confirmed: true,
      },
    ];
    scenario
      .know({ history: [{ incidentId: 'i', cause: 'application', openedAt: scenario.now, uses }] })
      .wait(60_000)
      .health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.decisions[0]).toMatchObject({ outcome: 'hold' });
    scenario.due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.now).toBe('2026-03-02T10:10:00.001Z');
  });
});

describe('a dependency comes first', () => {
  const services = [makeService('db'), makeService('shop', 1, { dependsOn: ['db'] })];

  test('the dependant waits while its dependency has an incident', () => {
    const scenario = new Scenario({ services });
    scenario
      .know({ openIncidents: [{ incidentId: 'i', service: 'db', status: 'remediating', severity: 'SEV2' }] })
      .health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ cause: 'dependency', status: 'open' });
    expect(scenario.incident.decisions[0]).toMatchObject({
      outcome: 'hold',
      code: 'dependency_first',
    });
    scenario.know({ openIncidents: [] }).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('it waits also while the dependency is only known to be down', () => {
    const scenario = new Scenario({ services }).setHealth('db', 'db-1', 'UNHEALTHY').health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.decisions[0]?.outcome).toBe('hold');
  });
});
