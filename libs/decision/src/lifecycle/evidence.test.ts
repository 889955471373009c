import { describe, expect, test } from 'vitest';
import type { EventData } from '@cortex/contracts';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';

const second = 1_000;
const minute = 60_000;
const next = '00000000-0000-7000-8000-000000000002';
const cleaner = makePlaybook({ trigger: { condition: 'disk_usage_percent > 85' } });
const triggers = ['restart'];

const full = (): Scenario =>
  new Scenario({ playbooks: [cleaner] }).anomaly({ value: 99, lower: 20, upper: 60, triggers });
const requested = (scenario: Scenario) =>
  scenario.all('remediation.requested').at(-1)?.data as EventData<'remediation.requested'>;
/** Its detector says that it goes on. */
const goOn = (scenario: Scenario, fields: Parameters<Scenario['anomaly']>[0] = {}): Scenario => {
  const startedAt = '2026-03-02T10:00:00.000Z';
  return scenario.anomaly({ value: 97.9, triggers, startedAt, goesOn: true, ...fields }, 'anomaly.updated');
};

describe('a remediation says what it is for', () => {
  test('the signals of its targets, as far as they matter', () => {
    const scenario = new Scenario({ services: [makeService('shop', 2)], playbooks: [cleaner] });
    scenario.anomaly({ anomalyId: 'rare', metric: 'threads', harm: { kind: 'none', reason: 'rare' } });
    scenario.anomaly({ anomalyId: 'elsewhere', instance: 'shop-2', metric: 'heap' });
    scenario.anomaly({ value: 99, lower: 20, upper: 60, triggers, labels: { mount: '/' } });
    const signals = requested(scenario).signals ?? [];
    expect(signals.map(({ key }) => key)).not.toContain('rare');
    expect(signals).toContainEqual(
      expect.objectContaining({
        key: 'anomaly-1',
        metric: 'disk_usage_percent',
        value: 99,
        upper: 60,
        labels: { mount: '/' },
      }),
    );
    const of = new Set(requested(scenario).targets.map(({ instance }) => instance));
    expect(signals.every(({ target }) => target.instance === undefined || of.has(target.instance))).toBe(true);
  });
});

describe('a success ends what was seen gone, and nothing else', () => {
  test('the signals that the request named', () => {
    const scenario = full().wait(second).completed('succeeded').wait(second).verified('SUCCESS');
    expect(scenario.incident).toMatchObject({ status: 'resolved', signals: [{ key: 'anomaly-1', active: false }] });
  });

  test('what came later is left to its source, and met again when that repeats it', () => {
    const scenario = new Scenario()
      .health('shop-1', 'UNHEALTHY')
      .wait(second)
      .anomaly({ harm: { kind: 'limit', reason: 'x' } });
    const { now: startedAt } = scenario;
    scenario.wait(second).completed('succeeded').wait(second).verified('SUCCESS');
    expect(scenario.incident.signals.map(({ key, active }) => [key, active])).toEqual([
      ['health:shop-1', false],
      ['anomaly-1', true],
    ]);
    goOn(scenario.wait(minute).know({ newIncidentId: next }), { startedAt, triggers: [] });
    expect(scenario.incident.id).toBe(next);
  });

  test('an anomaly that goes on after it opens the next incident', () => {
    const scenario = full().wait(second).completed('succeeded').wait(second).verified('SUCCESS');
    goOn(scenario.wait(minute).know({ newIncidentId: next }));
    expect(scenario.incident).toMatchObject({ id: next, signals: [{ key: 'anomaly-1', active: true }] });
  });

  test('what only informs opens none', () => {
    const scenario = full().wait(second).completed('succeeded').wait(second).verified('SUCCESS');
    goOn(scenario.wait(minute), { triggers: [], harm: { kind: 'none', reason: 'rare' } });
    expect(scenario.last?.ignored).toBe('ended_and_no_worse');
  });
});

describe('nobody could tell but the sources of its signals', () => {
  const awaiting = (): Scenario =>
    full()
      .wait(second)
      .completed('succeeded')
      .verified('UNCERTAIN', { awaits: ['anomaly-1'], recommendation: 'ask_human' });

  test('they say that it is over: it ends, nobody is called, and it counts for no success', () => {
    const scenario = awaiting().wait(minute).cleared().due('monitoring');
    expect(scenario.incident.resolution).toMatchObject({ method: 'cleared', verificationPassed: false });
    expect(scenario.all('escalation.requested')).toEqual([]);
    expect(scenario.facts.breakers.get('restart.shop')?.outcomes).toMatchObject([{ effective: false }]);
  });

  test('they say nothing: a human must judge', () => {
    expect(awaiting().due('monitoring').incident.status).toBe('escalated');
  });
});

describe('an anomaly goes on', () => {
  test('that its open incident knows: nothing is written', () => {
    const scenario = full();
    expect(goOn(scenario.wait(10 * minute)).last).toMatchObject({ ignored: 'goes_on_as_known', drafts: [] });
  });

  test('that no incident knows, as decision was away when it began: it is decided', () => {
    const scenario = goOn(new Scenario({ playbooks: [cleaner] }).wait(10 * 60 * minute));
    expect(scenario.incident.status).toBe('remediating');
  });

  test.each([16 * minute, 10 * 60 * minute])('told %i ms late: nothing is done before it is said again', (late) => {
    const scenario = new Scenario({ playbooks: [cleaner] });
    const { now: observedAt } = scenario;
    scenario.wait(late).anomaly({ value: 99, triggers, startedAt: observedAt, observedAt });
    expect(scenario.incident).toMatchObject({ status: 'open', attempts: [], waiting: { for: 'source' } });
    expect(scenario.all('escalation.requested')).toEqual([]);
    goOn(scenario.wait(minute));
    expect(scenario.incident.status).toBe('remediating');
  });

  test('told late and never said again: humans hear that nobody knows', () => {
    const scenario = new Scenario({ playbooks: [cleaner] });
    const { now: observedAt } = scenario;
    scenario.wait(16 * minute).anomaly({ value: 99, triggers, startedAt: observedAt, observedAt });
    for (let round = 0; round < 40; round += 1) scenario.due('reevaluate');
    expect(scenario.incident.attempts).toEqual([]);
    expect(scenario.incident.escalations).toHaveLength(1);
    expect(scenario.incident.escalations[0]?.reason).toContain('nobody knows whether it goes on');
  });

  test('told late, and over by then: it ends quietly', () => {
    const scenario = new Scenario({ playbooks: [cleaner] });
    const { now: observedAt } = scenario;
    scenario
      .wait(16 * minute)
      .anomaly({ value: 99, triggers, startedAt: observedAt, observedAt })
      .wait(second)
      .cleared();
    expect(scenario.incident.status).toBe('resolved');
    expect(scenario.all('escalation.requested')).toEqual([]);
  });
});

describe('what a human closed', () => {
  const closed = (): Scenario =>
    new Scenario({ playbooks: [] }).anomaly().wait(minute).close().know({ newIncidentId: next });

  test('rests while it goes on unchanged, and is met again after a time', () => {
    const scenario = closed();
    goOn(scenario.wait(59 * minute), { triggers: [] });
    expect(scenario.last?.ignored).toBe('belongs_to_ended_incident');
    goOn(scenario.wait(minute), { triggers: [] });
    expect(scenario.incident.id).toBe(next);
  });

  test('for as long as the setting says', () => {
    const safety = makeSafety({ closedRestsMs: 5 * minute });
    const scenario = new Scenario({ playbooks: [], safety })
      .anomaly()
      .wait(minute)
      .close()
      .know({ newIncidentId: next });
    expect(goOn(scenario.wait(5 * minute), { triggers: [] }).incident.id).toBe(next);
  });

  test('is met at once when it gets worse, or is another', () => {
    expect(goOn(closed().wait(minute), { triggers: [], severity: 'critical' }).incident.id).toBe(next);
    expect(closed().wait(minute).anomaly({ anomalyId: 'anomaly-2' }).incident.id).toBe(next);
  });

  test('with a target that is still down: its checker is heard again after that time', () => {
    const scenario = new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY').wait(minute).close();
    scenario.know({ newIncidentId: next });
    const remind = (): Scenario => {
      const change = scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']);
      return scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...change, goesOn: true } });
    };
    scenario.wait(30 * minute);
    expect(remind().last?.ignored).toBe('belongs_to_ended_incident');
    scenario.wait(30 * minute);
    expect(remind().incident.id).toBe(next);
  });
});

test('what ended as its signals had cleared is met again when its checker says that it goes on', () => {
  const scenario = new Scenario({ playbooks: [] })
    .health('shop-1', 'UNHEALTHY')
    .wait(second)
    .health('shop-1', 'HEALTHY');
  scenario.due('quiet').wait(minute).know({ newIncidentId: next }).setHealth('shop', 'shop-1', 'UNHEALTHY');
  const change = scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']);
  scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...change, goesOn: true } });
  expect(scenario.incident.id).toBe(next);
});
