import { describe, expect, test } from 'vitest';
import type { GateQuestion } from './gate.ts';
import { minimumHealthyGate } from './minimum-healthy.ts';
import { isHeldByStorm } from './storm.ts';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';
import { silenceGate } from './silence.ts';

function lastGate(scenario: Scenario): string {
  const gate = scenario.incident.decisions
    .at(-1)
    ?.gates.find((one) => one.verdict === 'hold' || one.verdict === 'needs_approval');
  return gate === undefined ? 'none' : `${gate.gate} ${gate.verdict}: ${gate.code}`;
}

function down(scenario: Scenario): Scenario {
  return scenario.health('shop-1', 'UNHEALTHY');
}

describe('gates hold, and the timer asks again', () => {
  test('the kill switch is on', () => {
    const scenario = down(
      new Scenario().know({ killSwitch: { on: true, by: 'ada', reason: 'drill', at: '2026-03-02T10:00:00.000Z' } }),
    );
    expect(lastGate(scenario)).toBe('kill_switch hold: kill_switch_on');
    expect(scenario.all('remediation.requested')).toEqual([]);
    scenario.killSwitch(false);
    expect(scenario.all('remediation.requested')).toHaveLength(1);
  });

  test('a kill switch that cannot be read counts as on', () => {
    const scenario = down(new Scenario().know({ killSwitch: undefined }));
    expect(lastGate(scenario)).toBe('kill_switch hold: kill_switch_unreadable');
    expect(scenario.incident.decisions[0]?.gates[1]?.inputs).toEqual({ on: 'unreadable' });
  });

  test('the gates after the one that holds say that they were not asked', () => {
    const scenario = down(new Scenario().know({ killSwitch: undefined }));
    const verdicts = scenario.incident.decisions[0]?.gates.map((gate) => gate.verdict);
    expect(verdicts).toEqual(['pass', 'hold', ...Array<string>(7).fill('not_reached')]);
  });

  test('a storm: most services are down at once, and for a cool-down after it', () => {
    const services = ['shop', 'b', 'c', 'd'].map((name) => makeService(name));
    const scenario = new Scenario({ services });
    scenario.setHealth('b', 'b-1', 'UNHEALTHY').setHealth('c', 'c-1', 'CRITICAL');
    down(scenario);
    expect(lastGate(scenario)).toBe('storm hold: storm');
    expect(isHeldByStorm(scenario.facts, scenario.now)).toBe(true);
    scenario.know({ lastStormAt: scenario.now }).setHealth('b', 'b-1', 'HEALTHY').setHealth('c', 'c-1', 'HEALTHY');
    scenario.due('reevaluate');
    expect(lastGate(scenario)).toBe('storm hold: after_storm');
    expect(isHeldByStorm(scenario.facts, scenario.now)).toBe(true);
    scenario.wait(5 * 60_000).due('reevaluate');
    expect(isHeldByStorm(scenario.facts, scenario.now)).toBe(false);
    expect(scenario.incident.status).toBe('remediating');
  });

  test('a storm that anomalies alone tell of', () => {
    const services = ['shop', 'b', 'c', 'd'].map((name) => makeService(name));
    const open = (service: string) => ({ incidentId: service, service, status: 'open', severity: 'SEV2' }) as const;
    const anomalous = ['b', 'c'].map((name) => ({ ...open(name), isHarmful: true, isAnomalous: true }));
    const playbooks = [makePlaybook({ trigger: { condition: 'disk_usage_percent > 85' } })];
    const scenario = new Scenario({ services, playbooks })
      .know({ openIncidents: anomalous })
      .anomaly({ triggers: ['restart'] });
    expect(lastGate(scenario)).toBe('storm hold: storm');
    const harmless = anomalous.map((one) => ({ ...one, isHarmful: false }));
    const other = new Scenario({ services, playbooks })
      .know({ openIncidents: harmless })
      .anomaly({ triggers: ['restart'] });
    expect(other.incident.status).toBe('remediating');
  });

  test('two services down of two are no storm: it takes at least the configured number', () => {
    const scenario = new Scenario({ services: [makeService('shop'), makeService('b')] });
    expect(down(scenario.setHealth('b', 'b-1', 'UNHEALTHY')).incident.status).toBe('remediating');
  });

  test('too few healthy instances would remain when one that serves is worked on', () => {
    const playbooks = [makePlaybook({ trigger: { condition: 'disk_usage_percent > 85' } })];
    const scenario = new Scenario({ services: [makeService('shop', 4)], playbooks });
    scenario.setHealth('shop', 'shop-2', 'UNHEALTHY').setHealth('shop', 'shop-3', 'UNKNOWN');
    scenario.anomaly({ instance: 'shop-1', triggers: ['restart'] });
    expect(lastGate(scenario)).toBe('minimum_healthy hold: too_few_healthy');
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('min_healthy is 2');
    scenario.setHealth('shop', 'shop-3', 'DEGRADED').due('reevaluate');
    expect(lastGate(scenario)).toBe('budget hold: budget_used_up');
  });

  test('a target that serves is held, whatever is down beside it in the plan', () => {
    const service = makeService('shop', 4);
    const scenario = new Scenario({ services: [service] });
    for (const id of ['shop-2', 'shop-3', 'shop-4']) scenario.setHealth('shop', id, 'UNHEALTHY');
    const targets = ['shop-1', 'shop-2'].map((instance) => ({ service: 'shop', instance }));
    const plan = { targets, maxUnavailable: 1 } as unknown as GateQuestion['plan'];
    const question = { facts: scenario.facts, plan, service } as unknown as GateQuestion;
    expect(minimumHealthyGate(question)).toMatchObject({ verdict: 'hold', code: 'too_few_healthy' });
  });

  test('a service whose instances are all down is healed: what is dead takes nothing from those that serve', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2)] });
    expect(down(scenario.setHealth('shop', 'shop-2', 'UNHEALTHY')).incident.status).toBe('remediating');
  });

  test('where no check looks, the gate says that it cannot judge, and lets pass', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2)] }).know({ checkedTargets: new Map() });
    down(scenario);
    expect(scenario.incident.decisions[0]?.gates.find((gate) => gate.gate === 'minimum_healthy')?.verdict).toBe(
      'not_built',
    );
    expect(scenario.incident.status).toBe('remediating');
  });

  const reserved = (instance: string, until = '2026-03-02T11:00:00.000Z') =>
    [{ instance, executionId: 'other-1', at: '2026-03-02T09:59:00.000Z', until }] as const;

  test('the budget is used up by what was worked on and is not yet seen to serve', () => {
    const scenario = new Scenario({ services: [makeService('shop', 4)] });
    scenario.know({ reservations: new Map([['shop', reserved('shop-2')]]) });
    expect(lastGate(down(scenario))).toBe('budget hold: budget_used_up');
    scenario.know({ reservations: new Map([['shop', reserved('shop-2', scenario.now)]]) }).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('another service’s reservations do not count, and none of the target itself', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2)] }).know({
      reservations: new Map([
        ['shop2', reserved('shop-2')],
        ['shop', reserved('shop-1')],
      ]),
    });
    expect(down(scenario).incident.status).toBe('remediating');
  });

  test('one that serves stays while another is down, which itself may be healed', () => {
    const playbooks = [
      makePlaybook({ trigger: { condition: 'health_state == "DEGRADED"' } }),
      makePlaybook({ id: 'heal' }),
    ];
    const scenario = new Scenario({ services: [makeService('shop', 4)], playbooks });
    scenario.setHealth('shop', 'shop-2', 'UNHEALTHY');
    scenario.health('shop-1', 'DEGRADED');
    expect(lastGate(scenario)).toBe('budget hold: budget_used_up');
    scenario.health('shop-2', 'UNHEALTHY');
    const [attempt] = scenario.incident.attempts;
    expect(attempt?.targets).toEqual([{ service: 'shop', instance: 'shop-2' }]);
  });

  test('somebody acts on the target already', () => {
    const scenario = new Scenario().know({ heldLeases: new Set(['target.shop.shop-1']) });
    expect(lastGate(down(scenario))).toBe('target_lock hold: target_held');
    scenario.know({ heldLeases: new Set() }).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('inside a freeze window', () => {
    const freezeWindows = [{ name: 'Monday', days: [1], from: '10:30', to: '12:00', timezone: 'Europe/Berlin' }];
    const scenario = new Scenario({ safety: makeSafety({ freezeWindows }) });
    expect(lastGate(down(scenario))).toBe('window hold: freeze_window');
    scenario.wait(60 * 60_000).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('a playbook for maintenance windows waits for one', () => {
    const maintenanceWindows = [
      { name: 'night', days: [1], from: '22:00', to: '02:00', timezone: 'UTC', pausesChecksOf: [] },
    ];
    const playbook = makePlaybook({ safety: { maintenanceWindowOnly: true } });
    const scenario = new Scenario({ playbooks: [playbook], safety: makeSafety({ maintenanceWindows }) });
    expect(lastGate(down(scenario))).toBe('window hold: outside_maintenance_window');
    scenario.wait(15 * 3_600_000).due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('the same hold again is not told again', () => {
    const scenario = down(new Scenario().know({ killSwitch: undefined }));
    scenario.due('reevaluate').due('reevaluate');
    expect(scenario.all('decision.made')).toHaveLength(1);
    expect([...scenario.timers.keys()].some((key) => key.endsWith('-reevaluate'))).toBe(true);
  });
});

test('the gate of silences holds by itself, also where no rule before it has', () => {
  const { facts } = new Scenario();
  const silence = {
    id: '0123456789ab',
    service: 'shop',
    startsAt: '2026-03-02T10:00:00.000Z',
    endsAt: '2026-03-02T11:00:00.000Z',
    by: 'ada',
    reason: 'drill',
    createdAt: '2026-03-02T10:00:00.000Z',
  };
  expect(silenceGate({ facts, silence }).code).toBe('silenced');
  expect(silenceGate({ facts: { ...facts, hasUnreadableSilence: true }, silence: undefined }).code).toBe(
    'silences_unreadable',
  );
  expect(silenceGate({ facts, silence: undefined }).verdict).toBe('pass');
});
