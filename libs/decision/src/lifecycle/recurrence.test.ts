import { describe, expect, test } from 'vitest';
import { pastIncidentOf } from '../past-incident.ts';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';

const second = 1_000;
const minute = 60 * second;
const quick = () => makePlaybook();

/** The service is critical: every crash of it is a SEV0. */
const critical = () => new Scenario({ services: [makeService('shop', 1, { critical: true })], playbooks: [quick()] });
const plain = () => new Scenario({ playbooks: [quick()] });

function crash(scenario: Scenario): Scenario {
  return scenario.health('shop-1', 'UNHEALTHY');
}

/** Healed and proved, and the checker has seen it too. */
function heal(scenario: Scenario): Scenario {
  scenario
    .wait(5 * second)
    .completed('succeeded')
    .wait(5 * second)
    .verified('SUCCESS')
    .health('shop-1', 'HEALTHY');
  const { decisions: _decisions, ...summary } = scenario.incident;
  const number = String(scenario.facts.history.length + 2).padStart(12, '0');
  return scenario.know({
    history: [...scenario.facts.history, pastIncidentOf(summary)],
    newIncidentId: `00000000-0000-7000-8000-${number}`,
  });
}

const requests = (scenario: Scenario) => scenario.all('remediation.requested').length;
const calls = (scenario: Scenario) =>
  scenario.all('escalation.requested').map(({ data }) => ('reason' in data ? String(data.reason) : ''));

describe('a crash every 100 s, proved healed each time', () => {
  test('is healed each time, by default settings', () => {
    const scenario = plain();
    for (let round = 1; round <= 6; round += 1) {
      heal(crash(scenario));
      expect([requests(scenario), scenario.incident.status]).toEqual([round, 'resolved']);
      scenario.wait(90 * second);
    }
  });

  test('is told as recurring, once', () => {
    const scenario = plain();
    for (let round = 1; round <= 6; round += 1) heal(crash(scenario)).wait(90 * second);
    expect(calls(scenario)).toEqual([expect.stringMatching(/recurring.*came back 3 times within 5 min/)]);
    // It is healed within the hold of its severity each time.
    expect(scenario.all('escalation.requested')[0]?.data).toMatchObject({ withoutHold: true });
    expect(scenario.incident.recurrence).toMatchObject({ times: 5 });
  });

  test('is told once, though it is as severe as before a moment later', () => {
    const scenario = critical();
    heal(crash(scenario)).wait(90 * second);
    for (let round = 2; round <= 4; round += 1) {
      crash(scenario.health('shop-1', 'DEGRADED').wait(second));
      heal(scenario).wait(90 * second);
    }
    expect(calls(scenario)).toEqual([expect.stringMatching(/^SEV0: /), expect.stringMatching(/^SEV\d, recurring/)]);
  });

  test('does not page as new each time, however severe', () => {
    const scenario = critical();
    for (let round = 1; round <= 6; round += 1) heal(crash(scenario)).wait(90 * second);
    expect(calls(scenario)).toEqual([expect.stringMatching(/^SEV0: /), expect.stringContaining('recurring')]);
  });

  test('is told although it is known when nothing is done about it', () => {
    const services = [makeService('shop', 2, { critical: true })];
    const scenario = new Scenario({ services, playbooks: [quick()] });
    heal(crash(scenario)).wait(90 * second);
    crash(scenario.know({ heldLeases: new Set(['target.shop.shop-1']) }));
    expect(scenario.incident).toMatchObject({ status: 'open', severity: 'SEV1', attempts: [] });
    expect(calls(scenario)).toEqual([expect.stringMatching(/^SEV1: /), expect.stringMatching(/^SEV1: /)]);
  });

  test('is told although it is known when it is not healed as before', () => {
    const services = [makeService('shop', 2, { critical: true })];
    const scenario = new Scenario({ services, playbooks: [makePlaybook({ safety: { maxRetries: 3 } })] });
    heal(crash(scenario)).wait(90 * second);
    crash(scenario)
      .wait(5 * second)
      .completed('succeeded');
    expect(calls(scenario)).toHaveLength(1);
    scenario.wait(30 * second).verified('FAILED');
    expect(scenario.incident.status).toBe('remediating');
    expect(calls(scenario)).toEqual([expect.stringMatching(/^SEV1: /), expect.stringMatching(/^SEV1: /)]);
  });

  test('is new again after an hour', () => {
    const scenario = critical();
    heal(crash(scenario));
    heal(crash(scenario.wait(90 * minute)));
    expect(scenario.incident.recurrence).toBeUndefined();
    expect(calls(scenario)).toHaveLength(2);
  });
});

describe('a crash every 40 s, while the proof takes two minutes', () => {
  function relapse(scenario: Scenario): Scenario {
    scenario
      .wait(5 * second)
      .completed('succeeded')
      .health('shop-1', 'HEALTHY');
    scenario.wait(40 * second).health('shop-1', 'UNHEALTHY');
    return scenario.wait(10 * second).verified('PARTIAL_SUCCESS', { relapsed: true, reason: 'it recovered for 40 s' });
  }

  test('is healed each time, within one incident', () => {
    const scenario = crash(plain());
    for (let round = 1; round <= 12; round += 1) {
      relapse(scenario);
      expect([requests(scenario), scenario.incident.status]).toEqual([round + 1, 'remediating']);
    }
    expect(scenario.all('incident.opened')).toHaveLength(1);
    expect(calls(scenario)).toEqual([expect.stringContaining('recurring')]);
  });

  test('keeps the record small, however often', () => {
    const scenario = crash(plain());
    for (let round = 1; round <= 60; round += 1) relapse(scenario);
    expect(scenario.incident.attempts).toHaveLength(40);
    expect(requests(scenario)).toBe(61);
  });

  test('does not open the breaker of the playbook that brings it back', () => {
    const scenario = crash(plain());
    for (let round = 1; round <= 5; round += 1) relapse(scenario);
    expect(scenario.facts.breakers.get('restart.shop')).toBeUndefined();
  });

  test('a frozen target is left alone and told, also when it was told as recurring before', () => {
    const scenario = crash(plain());
    for (let round = 1; round <= 4; round += 1) relapse(scenario);
    scenario
      .wait(5 * second)
      .completed('succeeded')
      .setHealth('shop', 'shop-1', 'UNHEALTHY', { flapping: true });
    scenario.verified('PARTIAL_SUCCESS', { relapsed: true });
    expect([requests(scenario), scenario.incident.status]).toEqual([5, 'open']);
    expect(calls(scenario).at(-1)).toContain('cortex unfreeze shop/shop-1');
    const told = calls(scenario).length;
    for (let round = 0; round < 60; round += 1) scenario.due('reevaluate');
    expect([requests(scenario), calls(scenario).length]).toEqual([5, told]);
  });

  test('a frozen instance does not hold up the others', () => {
    const scenario = new Scenario({ services: [makeService('shop', 4)], playbooks: [quick()] });
    scenario.setHealth('shop', 'shop-1', 'CRITICAL', { flapping: true });
    scenario.health('shop-2', 'UNHEALTHY');
    scenario.anomaly({ triggers: ['restart'], instance: 'shop-1' });
    expect(scenario.incident.attempts.map(({ targets }) => targets[0]?.instance)).toEqual(['shop-2']);
  });

  test('when the freeze is over it is decided again', () => {
    const scenario = plain().setHealth('shop', 'shop-1', 'UNHEALTHY', { flapping: true });
    scenario.anomaly({ triggers: ['restart'] });
    expect(requests(scenario)).toBe(0);
    scenario.setHealth('shop', 'shop-1', 'UNHEALTHY', { flapping: false }).due('reevaluate');
    expect(requests(scenario)).toBe(1);
  });
});

test('a playbook that does not help is not tried for ever: what never recovered is no recurrence', () => {
  const scenario = crash(plain());
  scenario
    .wait(5 * second)
    .completed('succeeded')
    .verified('FAILED');
  scenario
    .wait(5 * second)
    .completed('succeeded')
    .verified('FAILED');
  expect([requests(scenario), scenario.incident.status, scenario.incident.recurrence]).toEqual([
    2,
    'escalated',
    undefined,
  ]);
});

test('a confirmed fix of one instance leaves its tries for the next trouble of it', () => {
  const scenario = new Scenario({ services: [makeService('shop', 4)], playbooks: [quick()] });
  scenario.health('shop-1', 'UNHEALTHY').health('shop-2', 'DEGRADED', ['http_endpoint']);
  for (let round = 1; round <= 4; round += 1) {
    scenario
      .wait(5 * second)
      .completed('succeeded')
      .verified('SUCCESS')
      .health('shop-1', 'HEALTHY');
    scenario.wait(30 * second).health('shop-1', 'UNHEALTHY');
    expect(requests(scenario)).toBe(round + 1);
  }
});

describe('word that trouble goes on', () => {
  const goOn = (scenario: Scenario): Scenario => {
    const data = scenario.wait(30 * second).healthChange('shop-1', 'UNHEALTHY', ['process_running']);
    return scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...data, goesOn: true } });
  };
  const next = (scenario: Scenario): Scenario =>
    scenario.know({ newIncidentId: '00000000-0000-7000-8000-000000000002' });

  test('begins a new incident where verification found it well, and it failed again before a check saw that', () => {
    const scenario = next(crash(plain()).wait(second).completed('succeeded').verified('SUCCESS'));
    expect(scenario.incident.status).toBe('resolved');
    goOn(scenario);
    expect(requests(scenario)).toBe(2);
  });

  test('opens nothing that a human closed', () => {
    const scenario = next(crash(plain()).wait(second).completed('succeeded').verified('UNCERTAIN').close());
    expect(goOn(scenario).last?.ignored).toBe('belongs_to_ended_incident');
  });
});

test('what comes back is the same trouble, whichever check saw it first', () => {
  const scenario = critical();
  scenario.know({ playbooks: [makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"' } })] });
  heal(scenario.health('shop-1', 'UNHEALTHY', ['postgres_query'])).wait(60 * second);
  heal(scenario.health('shop-1', 'UNHEALTHY', ['process_running']));
  expect(scenario.incident.recurrence).toMatchObject({ times: 1 });
  expect(calls(scenario)).toHaveLength(1);
});
