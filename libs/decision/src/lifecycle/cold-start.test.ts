import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';

const second = 1_000;
const names = ['shop', 'b', 'c', 'd', 'e'];
const five = () => names.map((name) => makeService(name));

/** `shop` and as many others are down since Cortex began to watch. */
function downFromStart(count: number, scenario = new Scenario({ services: five() })): Scenario {
  for (const name of names.slice(0, count)) {
    scenario.setHealth(name, `${name}-1`, 'UNHEALTHY', { atStart: true });
  }
  return scenario;
}

/** The checker tells of the shop, which is down. */
function tell(scenario: Scenario, fields: { readonly atStart?: true } = { atStart: true }): Scenario {
  const data = scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']);
  return scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...data, ...fields } });
}

function open(service: string, status: 'open' | 'remediating' | 'verifying' | 'escalated', startedAt: string) {
  return {
    incidentId: `00000000-0000-7000-8000-00000000000${names.indexOf(service)}`,
    service,
    status,
    severity: 'SEV2',
    startedAt,
  } as const;
}

const gateOf = (scenario: Scenario) =>
  scenario.incident.decisions.at(-1)?.gates.find(({ verdict }) => verdict === 'hold')?.code;

describe('many services down when Cortex begins to watch', () => {
  test('are no storm', () => {
    expect(tell(downFromStart(3)).incident.status).toBe('remediating');
  });

  test('that go down later are one', () => {
    const scenario = downFromStart(0);
    for (const name of names.slice(0, 3)) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
    expect(gateOf(tell(scenario, {}))).toBe('storm');
  });

  test('a storm on top of them is one too', () => {
    const scenario = downFromStart(1);
    for (const name of names.slice(1, 4)) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
    expect(gateOf(tell(scenario))).toBe('storm');
  });

  test('are healed one after the other, and waiting for a turn is no storm that cools down', () => {
    const scenario = downFromStart(3);
    scenario.know({ openIncidents: [open('b', 'remediating', scenario.now)] });
    expect(gateOf(tell(scenario))).toBe('one_at_a_time');
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('now it is b');
    const asked = scenario.now;
    scenario.due('reevaluate');
    expect(Date.parse(scenario.now) - Date.parse(asked)).toBeLessThanOrEqual(5_001);
    scenario.setHealth('b', 'b-1', 'HEALTHY').due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('one that is given up holds up no other', () => {
    const scenario = downFromStart(3);
    scenario.know({ openIncidents: [open('b', 'escalated', scenario.now)] });
    expect(tell(scenario).incident.status).toBe('remediating');
  });

  test('few of them wait for no turn', () => {
    const scenario = downFromStart(2);
    scenario.know({ openIncidents: [open('b', 'remediating', scenario.now)] });
    expect(tell(scenario).incident.status).toBe('remediating');
  });
});

describe('dependants that fail with their dependency', () => {
  const services = () => [
    makeService('shop'),
    ...['b', 'c', 'd'].map((name) => makeService(name, 1, { dependsOn: ['shop'] })),
    makeService('e'),
  ];
  const fallen = (startedMsAgo = 0): Scenario => {
    const scenario = new Scenario({ services: services() }).wait(10 * 60_000);
    for (const name of ['b', 'c', 'd']) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
    const startedAt = new Date(Date.parse(scenario.now) - startedMsAgo).toISOString();
    return scenario.know({ openIncidents: ['b', 'c', 'd'].map((name) => open(name, 'open', startedAt)) });
  };

  test('are no storm, do not widen the radius, and so need no approval', () => {
    const scenario = fallen().health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({
      status: 'remediating',
      blastRadius: { level: 'single_instance', services: 1 },
      affected: { services: ['shop', 'b', 'c', 'd'] },
    });
  });

  test('that were in trouble long before are decided on in incidents of their own', () => {
    const scenario = fallen(5 * 60_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ status: 'remediating', blastRadius: { services: 1 } });
  });

  test('that were down long before, and have none, have another cause, and widen it', () => {
    const scenario = fallen()
      .know({ openIncidents: [] })
      .wait(5 * 60_000)
      .health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.blastRadius).toMatchObject({ level: 'multiple_services', services: 4 });
  });

  test('widen the radius of a service that is only slow', () => {
    const scenario = fallen().anomaly({ instance: 'shop-1' });
    expect(scenario.incident.blastRadius).toMatchObject({ level: 'multiple_services', services: 4 });
  });

  test('two that depend on each other do not explain each other', () => {
    const circle = [
      makeService('shop', 1, { dependsOn: ['b'] }),
      makeService('b', 1, { dependsOn: ['shop'] }),
      makeService('c'),
    ];
    const scenario = new Scenario({ services: circle, safety: makeSafety({ stormMinServices: 2 }) });
    scenario.setHealth('b', 'b-1', 'UNHEALTHY').know({ openIncidents: [open('b', 'escalated', scenario.now)] });
    expect(gateOf(scenario.health('shop-1', 'UNHEALTHY'))).toBe('storm');
  });
});

describe('a service that is down waits until what it depends on was looked at', () => {
  const world = { services: [makeService('db'), makeService('shop', 1, { dependsOn: ['db'] })] };
  const code = (scenario: Scenario) => scenario.incident.decisions.at(-1)?.code;
  const found = (scenario = new Scenario(world)) => tell(scenario.setHealth('shop', 'shop-1', 'UNHEALTHY'), {});

  test('which is down, too, and comes first', () => {
    const scenario = found();
    expect(code(scenario)).toBe('learning');
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('db');
    scenario.wait(300).setHealth('db', 'db-1', 'UNHEALTHY').due('reevaluate');
    expect(code(scenario)).toBe('dependency_first');
    expect(scenario.all('remediation.requested')).toEqual([]);
  });

  test('which is well: then it is healed at once', () => {
    const scenario = found();
    scenario.wait(300).seeAll().due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('which nobody has looked at for minutes, whatever is written of it', () => {
    const scenario = new Scenario(world);
    const since = scenario.now;
    scenario
      .wait(100)
      .seeAll()
      .wait(3 * 60_000);
    expect(code(tell(scenario.setHealth('shop', 'shop-1', 'UNHEALTHY', { since })))).toBe('learning');
  });

  test('and no longer than ten seconds', () => {
    const scenario = found();
    const since = Date.parse(scenario.now);
    while (scenario.incident.status === 'open') scenario.due('reevaluate');
    expect([scenario.incident.status, Date.parse(scenario.now) - since]).toEqual(['remediating', 10 * second]);
  });

  test('which has no checks: then there is nothing to wait for', () => {
    const scenario = new Scenario(world).know({ checkedTargets: new Map([['shop.shop-1', 1]]) });
    expect(found(scenario).incident.status).toBe('remediating');
  });

  test('which is looked at every now and then, when it is only slow itself', () => {
    expect(code(new Scenario(world).anomaly({ instance: 'shop-1' }))).not.toBe('learning');
  });
});

describe('an approval that is held', () => {
  const careful = makePlaybook({ safety: { requireApproval: true } });
  const on = { on: true, by: 'ada', reason: 'drill', at: '2026-03-02T10:00:00.000Z' };
  const asked = () => new Scenario({ playbooks: [careful] }).health('shop-1', 'UNHEALTHY');

  test('runs when the hold ends, without being asked again', () => {
    const scenario = asked().know({ killSwitch: on }).answer('approval.granted', 'ada');
    expect(scenario.incident.status).toBe('open');
    scenario.wait(5 * 60_000).killSwitch(false);
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.all('approval.requested')).toHaveLength(1);
  });

  test('is good for another execution when the executor refused the first before it did anything', () => {
    const scenario = asked().answer('approval.granted', 'ada').completed('refused', { refusedBy: 'target_lock' });
    scenario.due('reevaluate');
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ outcome: 'refused' }, {}] });
    expect(scenario.all('approval.requested')).toHaveLength(1);
    const approvalId = scenario.incident.approval?.approvalId;
    expect(scenario.all('remediation.requested').map(({ data }) => data)).toMatchObject([
      { approvalId },
      { approvalId },
    ]);
  });

  test('is used up by an execution that did something', () => {
    const scenario = asked().answer('approval.granted', 'ada').completed('failed');
    expect(scenario.incident.status).toBe('awaiting_approval');
    expect(scenario.all('approval.requested')).toHaveLength(2);
  });

  test('is good no longer than it was asked for', () => {
    const scenario = asked().answer('approval.granted', 'ada').completed('refused', { refusedBy: 'target_lock' });
    scenario.wait(15 * 60_000).due('reevaluate');
    expect(scenario.all('approval.requested')).toHaveLength(2);
  });
});
