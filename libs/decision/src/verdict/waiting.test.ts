import { describe, expect, test } from 'vitest';
import { whatEnds } from '../record/what-ends.ts';
import { Scenario, makePlaybook, makeSafety, makeService, makeSilence } from '../testing/scenario.ts';

const minute = 60_000;
const services = [makeService('db'), makeService('shop', 1, { dependsOn: ['db'] })];
const db = { incidentId: 'i', service: 'db', severity: 'SEV2' as const };
const nightly = makePlaybook({
  id: 'nightly',
  metadata: { successRate: 1 },
  safety: { maintenanceWindowOnly: true },
});

const harm = { kind: 'limit' as const, reason: 'it is above its limit' };
/** Anomalies that come to each severity by themselves, for a playbook that restarts. */
const atSeverity = {
  SEV1: { metric: 'customer_reports', value: 20, severity: 'critical' as const, harm, triggers: ['restart'] },
  SEV2: { severity: 'medium' as const, harm, triggers: ['restart'] },
  SEV3: { severity: 'low' as const, harm: { kind: 'unjudged' as const, reason: '' }, triggers: ['restart'] },
};

function calls(scenario: Scenario): string[] {
  return scenario.incident.escalations.map(({ reason }) => reason);
}

/** Fires what comes due, until it does something or this long has passed. */
function waitOut(scenario: Scenario, ms: number): Scenario {
  const until = Date.parse(scenario.now) + ms;
  while (scenario.incident.status === 'open') {
    const [next] = [...scenario.timers.values()].sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt));
    if (next === undefined || Date.parse(next.dueAt) > until) return scenario.wait(until - Date.parse(scenario.now));
    scenario.due(next.key.slice(scenario.incident.id.length + 1));
  }
  return scenario;
}

describe('a dependency defers its dependants', () => {
  test.each(['escalated', 'awaiting_approval'] as const)(
    'not while its trouble is %s: that is for humans',
    (status) => {
      const scenario = new Scenario({ services }).know({ openIncidents: [{ ...db, status }] });
      scenario.health('shop-1', 'UNHEALTHY');
      expect(scenario.incident).toMatchObject({ status: 'remediating', cause: 'application' });
    },
  );

  test.each(['escalated', 'awaiting_approval'] as const)(
    'that run themselves, also while its trouble is %s, as long as it is down, but not for ever',
    (status) => {
      const scenario = new Scenario({ services }).know({ openIncidents: [{ ...db, status }] });
      scenario.setHealth('db', 'db-1', 'UNHEALTHY').health('shop-1', 'UNHEALTHY', ['http_endpoint']);
      expect(scenario.incident.decisions.at(-1)?.code).toBe('dependency_first');
      const began = Date.parse(scenario.now);
      waitOut(scenario, 60 * minute);
      expect([scenario.incident.status, Date.parse(scenario.now) - began]).toEqual(['escalated', 10 * minute]);
    },
  );

  test('that run themselves while it is silenced, for nobody looks at it then', () => {
    const scenario = new Scenario({ services });
    scenario.know({ silences: [makeSilence(scenario.now, { service: 'db' })] });
    scenario.health('shop-1', 'UNHEALTHY', ['http_endpoint']);
    const { code, reason } = scenario.incident.decisions.at(-1) ?? {};
    expect([code, reason]).toEqual([
      'dependency_first',
      'db, which this service depends on, is silenced: nobody looks whether it is down',
    ]);
    scenario.know({ silences: [] });
    expect(waitOut(scenario, 5_000).incident.decisions.at(-1)?.code).not.toBe('dependency_first');
  });

  test.each([
    ['one of an instance of it', { service: 'db', instance: 'db-1' }],
    ['one of a check of it', { service: 'db', check: 'page' }],
  ])('not for a silence that leaves something to look at: %s', (_what, fields) => {
    const scenario = new Scenario({ services });
    scenario.know({ silences: [makeSilence(scenario.now, fields)] });
    scenario.health('shop-1', 'UNHEALTHY', ['http_endpoint']);
    expect(scenario.incident.decisions.at(-1)?.code).not.toBe('dependency_first');
  });

  test('not when their own process is gone, whatever is silenced', () => {
    const scenario = new Scenario({ services });
    scenario.know({ silences: [makeSilence(scenario.now, { service: 'db' })] });
    expect(scenario.health('shop-1', 'UNHEALTHY').incident.status).toBe('remediating');
  });

  test('until it is well again, which is seen within five seconds', () => {
    const scenario = new Scenario({ services }).know({ openIncidents: [{ ...db, status: 'remediating' }] });
    scenario.health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.decisions.at(-1)?.code).toBe('dependency_first');
    scenario.know({ openIncidents: [] });
    expect(waitOut(scenario, 5_000).incident.status).toBe('remediating');
  });

  test('not when its trouble cannot explain that the dependant is down', () => {
    const openIncidents = [{ ...db, status: 'remediating' as const, severity: 'SEV3' as const }];
    const scenario = new Scenario({ services }).know({ openIncidents }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('not when its trouble began after the dependant’s', () => {
    const scenario = new Scenario({ services });
    const startedAt = new Date(Date.parse(scenario.now) + 2 * minute).toISOString();
    const change = scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']);
    scenario
      .wait(3 * minute)
      .setHealth('shop', 'shop-1', 'UNHEALTHY')
      .seeAll();
    scenario.know({ openIncidents: [{ ...db, status: 'remediating', startedAt }] });
    scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: change });
    expect(scenario.incident.status).toBe('remediating');
  });

  test('a slight trouble explains a slight one', () => {
    const openIncidents = [{ ...db, status: 'remediating' as const, severity: 'SEV3' as const }];
    const scenario = new Scenario({ services }).know({ openIncidents }).health('shop-1', 'DEGRADED');
    expect(scenario.incident.decisions[0]).toMatchObject({ outcome: 'hold', code: 'dependency_first' });
  });

  test.each([
    ['it has cleared and is only watched', { status: 'monitoring' as const, isActive: false }],
    ['it only informs', { status: 'open' as const, isHarmful: false }],
  ])('not when %s', (_why, fields) => {
    const scenario = new Scenario({ services }).know({ openIncidents: [{ ...db, ...fields }] });
    expect(scenario.health('shop-1', 'DEGRADED').incident.decisions[0]?.code).not.toBe('dependency_first');
  });

  test('for as long as the setting says', () => {
    const safety = makeSafety({ dependencyWaitMs: 2 * minute });
    const scenario = new Scenario({ services, safety }).know({ openIncidents: [{ ...db, status: 'remediating' }] });
    const began = Date.parse(scenario.health('shop-1', 'UNHEALTHY').now);
    waitOut(scenario, 60 * minute);
    expect([scenario.incident.status, Date.parse(scenario.now) - began]).toEqual(['remediating', 2 * minute]);
  });

  test('for a while only: then the dependant is decided by itself', () => {
    const scenario = new Scenario({ services }).know({ openIncidents: [{ ...db, status: 'remediating' }] });
    scenario.health('shop-1', 'UNHEALTHY');
    const began = Date.parse(scenario.now);
    waitOut(scenario, 60 * minute);
    expect(scenario.incident).toMatchObject({ status: 'remediating', cause: 'application' });
    expect(Date.parse(scenario.now) - began).toBe(10 * minute);
  });

  test('once: what it waits again for counts on', () => {
    const scenario = new Scenario({ services }).know({ openIncidents: [{ ...db, status: 'remediating' }] });
    scenario
      .health('shop-1', 'UNHEALTHY')
      .wait(6 * minute)
      .know({ openIncidents: [], killSwitch: undefined });
    scenario
      .due('reevaluate')
      .wait(5 * minute)
      .know({ openIncidents: [{ ...db, status: 'open' }] });
    expect(scenario.killSwitch(false).incident.status).toBe('remediating');
  });
});

describe('what holds is told after a while', () => {
  test('a kill switch that stays on', () => {
    const on = { on: true, by: 'ada', reason: 'drill', at: '2026-03-02T10:00:00.000Z' };
    const scenario = new Scenario().know({ killSwitch: on }).health('shop-1', 'UNHEALTHY');
    waitOut(scenario, 15 * minute - 1);
    expect(calls(scenario)).toEqual([]);
    waitOut(scenario, 1);
    expect(calls(scenario)).toEqual(['nothing was done for 15 min: the kill switch is on, set by ada: drill']);
    waitOut(scenario, 30 * minute);
    expect(calls(scenario)).toHaveLength(1);
    expect(scenario.killSwitch(false).incident.status).toBe('remediating');
  });

  test.each([
    ['SEV1', 5],
    ['SEV2', 15],
    ['SEV3', 30],
  ] as const)('of a %s after %i min', (severity, minutes) => {
    const scenario = new Scenario().know({ killSwitch: undefined }).anomaly(atSeverity[severity]);
    expect(scenario.incident).toMatchObject({ severity, status: 'open' });
    const told = calls(scenario).length;
    waitOut(scenario, minutes * minute - 1);
    expect(calls(scenario)).toHaveLength(told);
    waitOut(scenario, 1);
    expect(calls(scenario).at(-1)).toContain(`nothing was done for ${minutes} min: `);
  });

  test('not beside a call that was made just before, but a settling time after it', () => {
    const tellWaitingMs = { SEV0: 0, SEV1: 0, SEV2: 0, SEV3: 0 };
    const scenario = new Scenario({ services, safety: makeSafety({ tellWaitingMs }) }).anomaly(atSeverity.SEV1);
    scenario.completed('refused', { refusedBy: 'budget', reason: 'it is used up' });
    expect(calls(scenario)).toEqual([expect.stringMatching(/^SEV1: /)]);
    scenario.know({ killSwitch: undefined });
    waitOut(scenario, minute - 1_000);
    expect(calls(scenario)).toHaveLength(1);
    waitOut(scenario, 2_000);
    expect(calls(scenario)).toEqual([expect.stringMatching(/^SEV1: /), expect.stringContaining('nothing ')]);
  });

  test('as the setting says', () => {
    const tellWaitingMs = { SEV0: 0, SEV1: 0, SEV2: 3 * minute, SEV3: 0 };
    const scenario = new Scenario({ safety: makeSafety({ tellWaitingMs }) }).know({ hasUnreadableSilence: true });
    waitOut(scenario.health('shop-1', 'UNHEALTHY'), 3 * minute);
    expect(calls(scenario).at(-1)).toContain('nothing was done for 3 min: ');
  });

  test('sooner when it gets worse', () => {
    const scenario = new Scenario().know({ killSwitch: undefined }).anomaly(atSeverity.SEV3);
    waitOut(scenario, 20 * minute).anomaly({ anomalyId: 'other', ...atSeverity.SEV2 });
    expect(calls(scenario).at(-1)).toContain('nothing was done for 20 min: ');
  });

  test('silences that cannot be read; but not a silence, which ends by itself', () => {
    const unreadable = new Scenario().know({ hasUnreadableSilence: true }).health('shop-1', 'UNHEALTHY');
    expect(calls(waitOut(unreadable, 20 * minute))).toHaveLength(1);
    const silenced = new Scenario().silence().health('shop-1', 'UNHEALTHY');
    expect(calls(waitOut(silenced, 50 * minute))).toEqual([]);
  });

  test('time under a silence does not count', () => {
    const scenario = new Scenario().silence({ endsAt: '2026-03-02T10:20:00.000Z' }).know({ killSwitch: undefined });
    scenario.health('shop-1', 'UNHEALTHY');
    expect(calls(waitOut(scenario, 25 * minute))).toEqual([]);
    expect(calls(waitOut(scenario, 15 * minute))).toHaveLength(1);
  });

  test('an executor that refuses again and again', () => {
    const scenario = new Scenario().health('shop-1', 'UNHEALTHY');
    const refuse = () => scenario.completed('refused', { refusedBy: 'budget', reason: 'it is used up' });
    for (let round = 0; round < 40 && calls(refuse()).length === 0; round += 1) scenario.due('reevaluate');
    expect(calls(scenario)).toEqual(['nothing was done for 15 min: the executor refused (budget): it is used up']);
    expect(Date.parse(scenario.now) - Date.parse('2026-03-02T10:00:00.000Z')).toBe(15 * minute);
  });

  test('not to a human who has the incident already', () => {
    const scenario = new Scenario().know({ killSwitch: undefined }).health('shop-1', 'UNHEALTHY').acknowledge();
    expect(calls(waitOut(scenario, 30 * minute))).toEqual([]);
  });
});

describe('a playbook for maintenance windows only', () => {
  test('lets one pass that may run now', () => {
    const maintenanceWindows = [
      { name: 'night', days: [1], from: '22:00', to: '02:00', timezone: 'UTC', pausesChecksOf: [] },
    ];
    const safety = makeSafety({ maintenanceWindows });
    const scenario = new Scenario({ playbooks: [nightly, makePlaybook()], safety }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.attempts[0]?.playbookId).toBe('restart');
  });

  test('waits for the window to open, and humans hear of it', () => {
    const maintenanceWindows = [
      { name: 'soon', days: [1], from: '10:40', to: '11:00', timezone: 'UTC', pausesChecksOf: [] },
    ];
    const scenario = new Scenario({ playbooks: [nightly], safety: makeSafety({ maintenanceWindows }) });
    scenario.health('shop-1', 'UNHEALTHY');
    waitOut(scenario, 60 * minute);
    expect(calls(scenario)).toHaveLength(1);
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.now).toBe('2026-03-02T10:40:00.001Z');
  });

  test('is no plan where no window is configured', () => {
    const scenario = new Scenario({ playbooks: [nightly] }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.decisions[0]?.code).toBe('no_usable_playbook');
    expect(calls(scenario)[0]).toContain('none is configured');
  });
});

test('a service-wide plan counts the instances that are out at once, not all it will come to', () => {
  const wide = makePlaybook({ safety: { blastRadius: 'single_service' } });
  const scenario = new Scenario({ services: [makeService('shop', 4)], playbooks: [wide] }).killSwitch(true);
  for (const instance of ['shop-1', 'shop-2', 'shop-3']) scenario.wait(1).health(instance, 'UNHEALTHY');
  expect(scenario.killSwitch(false).incident).toMatchObject({
    status: 'awaiting_approval',
    approval: { targets: [{ instance: 'shop-1' }, { instance: 'shop-2' }, { instance: 'shop-3' }] },
  });
});

describe('cluster-wide trouble is for humans at once', () => {
  const dependants = ['a', 'b', 'c', 'd', 'e'].map((name) => makeService(name, 1, { dependsOn: ['shop'] }));
  const wide = (playbook = makePlaybook()): Scenario => {
    const safety = makeSafety({ stormMinServices: 100 });
    const scenario = new Scenario({
      services: [makeService('db'), makeService('shop', 1, { dependsOn: ['db'] }), ...dependants],
      playbooks: [playbook],
      safety,
    });
    for (const { name } of dependants) scenario.setHealth(name, `${name}-1`, 'UNHEALTHY');
    // They were in trouble long before: what happens to the shop does not explain it.
    return scenario.wait(2 * minute);
  };

  test.each<[string, () => Scenario]>([
    ['when it is only degraded', () => wide().health('shop-1', 'DEGRADED', ['tcp_port'])],
    [
      'when a dependency might explain it',
      () =>
        wide()
          .know({ openIncidents: [{ ...db, status: 'remediating' }] })
          .health('shop-1', 'UNHEALTHY'),
    ],
    [
      'when a trigger has not held for long enough',
      () =>
        wide(makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"', durationMs: minute } })).health(
          'shop-1',
          'UNHEALTHY',
        ),
    ],
  ])('%s', (_when, scenario) => {
    expect(scenario().incident).toMatchObject({
      status: 'escalated',
      blastRadius: { level: 'cluster_wide' },
      decisions: [{ outcome: 'escalate', code: 'radius_too_wide' }],
    });
  });

  test('a playbook made for it is asked for, also behind one that is not', () => {
    const far = makePlaybook({ id: 'far', metadata: { successRate: 0 }, safety: { blastRadius: 'cluster_wide' } });
    const scenario = wide();
    scenario.know({ playbooks: [...scenario.facts.playbooks, far] }).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.approval).toMatchObject({ playbookId: 'far', requiredApprovals: 2 });
  });
});

describe('what is used up makes room for the next best kind', () => {
  const disk = { category: 'infrastructure', trigger: { condition: 'disk_usage_percent > 85' } };
  const exact = makePlaybook({ ...disk, id: 'exact', safety: { maxRetries: 0 } });
  const generic = makePlaybook({ ...disk, id: 'generic' });

  test('the category match is tried after the exact one', () => {
    const scenario = new Scenario({ playbooks: [exact, generic] }).anomaly({ triggers: ['exact'] });
    expect(scenario.incident.attempts[0]?.playbookId).toBe('exact');
    scenario.completed('failed');
    expect(scenario.incident).toMatchObject({ status: 'awaiting_approval', approval: { playbookId: 'generic' } });
  });

  test('what worked before is tried after that', () => {
    const similar = makePlaybook({ id: 'similar', category: 'network', trigger: { condition: 'packet_loss > 5' } });
    const scenario = new Scenario({ playbooks: [exact, similar] });
    const use = { playbookId: 'similar', targets: [], endedAt: scenario.now, confirmed: true };
    const past = { incidentId: 'i', cause: 'resource_exhaustion' as const, openedAt: scenario.now, uses: [use] };
    scenario
      .know({ history: [past] })
      .anomaly({ triggers: ['exact'] })
      .completed('failed');
    expect(scenario.incident.attempts[1]?.playbookId).toBe('similar');
  });

  test('but what is only held for the moment is waited for', () => {
    const cooling = makePlaybook({ ...disk, id: 'exact', safety: { maxRetries: 1, cooldownMs: 2 * minute } });
    const scenario = new Scenario({ playbooks: [cooling, generic] }).anomaly({ triggers: ['exact'] });
    scenario.completed('failed');
    expect(scenario.incident.decisions.at(-1)).toMatchObject({ outcome: 'hold', code: 'check_holds' });
    expect(scenario.due('reevaluate').incident.attempts[1]?.playbookId).toBe('exact');
  });
});

describe('what ends an incident', () => {
  const ends = (scenario: Scenario) => scenario.record && whatEnds(scenario.record, scenario.now);

  test('each status by its own', () => {
    const scenario = new Scenario({ playbooks: [makePlaybook({ rollback: { available: true } })] });
    scenario.know({ killSwitch: undefined }).health('shop-1', 'UNHEALTHY');
    expect(ends(scenario)).toMatchObject({ kind: 'timer', name: 'reevaluate' });
    expect(ends(scenario.killSwitch(false))).toMatchObject({ kind: 'under_way', what: 'remediation' });
    expect(ends(scenario.completed('succeeded'))).toMatchObject({ kind: 'under_way', what: 'verification' });
    expect(ends(scenario.verified('FAILED'))).toMatchObject({ kind: 'under_way', what: 'rollback' });
    expect(ends(scenario.rolledBack('failed'))).toMatchObject({ kind: 'human', how: 'told' });
    expect(ends(scenario.close())).toEqual({ kind: 'over' });
  });

  test('a wait without a question of its own ends with the hour after which humans are told', () => {
    const scenario = new Scenario().health('shop-1', 'DEGRADED', ['tcp_port']);
    expect(ends(scenario)).toMatchObject({ kind: 'timer', name: 'prolonged', dueAt: '2026-03-02T11:00:00.000Z' });
  });

  test('a record whose timers are gone has no end', () => {
    const scenario = new Scenario().know({ killSwitch: undefined }).health('shop-1', 'UNHEALTHY');
    const { record } = scenario;
    if (record === undefined) throw new Error('no record');
    expect(whatEnds({ ...record, memory: { ...record.memory, timers: {} } }, scenario.now)).toBeUndefined();
  });

  test('a timer that was due long ago has been lost', () => {
    const scenario = new Scenario()
      .know({ killSwitch: undefined })
      .health('shop-1', 'UNHEALTHY')
      .wait(5 * 60 * minute);
    expect(ends(scenario)).toBeUndefined();
  });
});
