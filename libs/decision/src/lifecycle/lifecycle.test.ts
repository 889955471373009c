import { breakerKey } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeSafety, makeService } from '../testing/scenario.ts';

const undoable = makePlaybook({ rollback: { available: true }, safety: { maxRetries: 0 } });
const second = makePlaybook({ id: 'second', metadata: { successRate: 0.1 }, safety: { maxRetries: 0 } });

function down(world: ConstructorParameters<typeof Scenario>[0] = {}): Scenario {
  return new Scenario(world).health('shop-1', 'UNHEALTHY');
}

describe('after the execution', () => {
  test('no improvement: undo, then the next playbook', () => {
    const scenario = down({ playbooks: [undoable, second] });
    expect(scenario.incident.attempts[0]?.playbookId).toBe('restart');
    scenario.completed('succeeded').verified('FAILED');
    expect(scenario.types[0]).toBe('remediation.rollback.requested');
    expect(scenario.incident.status).toBe('rolling_back');
    expect(
      scenario.incident.decisions
        .at(-1)
        ?.steps.slice(6)
        .map((step) => step.status),
    ).toEqual(['done', 'done', 'done']);
    scenario.rolledBack('succeeded');
    expect(scenario.incident.attempts[1]).toMatchObject({
      playbookId: 'second',
      attempt: 2,
      executionId: `${scenario.incident.id}-2`,
    });
  });

  test('nothing to undo: the next playbook at once', () => {
    const scenario = down({ playbooks: [makePlaybook({ safety: { maxRetries: 0 } }), second] })
      .completed('succeeded')
      .verified('FAILED');
    expect(scenario.incident.attempts[1]?.playbookId).toBe('second');
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('it cannot be undone');
    expect(scenario.incident.decisions.at(-1)?.steps.every((step) => step.status === 'done')).toBe(true);
  });

  test('no playbook is left: humans, with the playbook’s contacts', () => {
    const scenario = down({ playbooks: [makePlaybook({ safety: { maxRetries: 0 } })] })
      .completed('succeeded')
      .verified('FAILED');
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.all('escalation.requested')[0]?.data).toMatchObject({ notify: ['sre'], urgent: false });
  });

  test('the rollback failed: urgent, at SEV0', () => {
    const scenario = down({ playbooks: [undoable] })
      .completed('succeeded')
      .verified('FAILED')
      .rolledBack('failed');
    expect(scenario.incident).toMatchObject({ status: 'escalated', severity: 'SEV0' });
    expect(scenario.all('escalation.requested').at(-1)?.data).toMatchObject({ urgent: true, severity: 'SEV0' });
    expect(scenario.all('escalation.requested')).toHaveLength(1);
  });

  test('a failed step with an earlier effect is undone; one without is not', () => {
    const scenario = down({ playbooks: [undoable, second] }).completed('failed');
    expect(scenario.incident.attempts[1]?.playbookId).toBe('second');
    const target = { service: 'shop', instance: 'shop-1' };
    const step = {
      step: 1,
      name: 'a',
      action: 'a',
      target,
      outcome: 'succeeded' as const,
      attempts: 1,
      startedAt: scenario.now,
      durationMs: 1,
      detail: '',
      inferred: false,
    };
    expect(down({ playbooks: [undoable] }).completed('failed', { steps: [step] }).incident.status).toBe('rolling_back');
  });

  test('an unknown effect goes to a human, also after the rollback', () => {
    const scenario = down({ playbooks: [undoable, second] }).completed('ambiguous');
    expect(scenario.incident.status).toBe('rolling_back');
    scenario.rolledBack('succeeded');
    expect(scenario.incident.status).toBe('escalated');
  });

  test('a refusal is asked again as the next attempt, and does not count', () => {
    const scenario = down();
    for (let round = 1; round <= 5; round += 1) {
      scenario.completed('refused', { refusedBy: 'target_lock' });
      expect(scenario.incident.status).toBe('open');
      scenario.due('reevaluate');
    }
    expect(scenario.incident.attempts).toHaveLength(6);
    expect(scenario.incident.status).toBe('remediating');
  });

  test('a pre-condition that fails twice puts the playbook out', () => {
    const scenario = down()
      .completed('refused', { refusedBy: 'precondition', reason: 'a backup runs' })
      .due('reevaluate');
    scenario.completed('refused', { refusedBy: 'precondition', reason: 'a backup runs' });
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.decisions.map(({ code }) => code)).toContain('refused_by_executor');
    expect(scenario.incident.decisions.at(-1)?.code).toBe('no_playbook');
  });

  test('at most so many attempts, then one level up and humans', () => {
    const scenario = down({
      playbooks: [makePlaybook({ safety: { maxRetries: 9 } })],
      safety: makeSafety({ breaker: { window: 10, failureRatio: 0.99, consecutiveFailures: 10, cooldownMs: 1 } }),
    });
    for (let attempt = 1; attempt <= 3; attempt += 1) scenario.completed('succeeded').verified('FAILED');
    expect(scenario.incident).toMatchObject({ status: 'escalated', severity: 'SEV1' });
    expect(scenario.incident.attempts).toHaveLength(3);
  });

  test('three failures of one playbook open its breaker: it is out', () => {
    const scenario = down({
      playbooks: [makePlaybook({ safety: { maxRetries: 9 } })],
      safety: makeSafety({ maxAttempts: 9 }),
    });
    for (let attempt = 1; attempt <= 3; attempt += 1) scenario.completed('succeeded').verified('FAILED');
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('circuit_breaker');
    expect(scenario.facts.breakers.get('restart.shop')?.state).toBe('open');
  });

  test.each([
    ['on another service: it is used', { playbookId: 'restart', service: 'worker' }, 'remediating'],
    ['of an earlier version, which named none: it is out', { playbookId: 'restart' }, 'escalated'],
  ])('an open breaker %s', (_what, of, status) => {
    const open = { ...of, state: 'open' as const, outcomes: [], counted: [] };
    const breakers = new Map([[breakerKey(of.playbookId, 'service' in of ? of.service : undefined), open]]);
    expect(new Scenario().know({ breakers }).health('shop-1', 'UNHEALTHY').incident.status).toBe(status);
  });

  test('the last attempt raises the severity when it is known that it did not help, not while that is looked at', () => {
    const scenario = down({ playbooks: [makePlaybook({ safety: { maxRetries: 9 } })] });
    const { severity } = scenario.incident;
    for (let attempt = 1; attempt <= 2; attempt += 1) scenario.completed('succeeded').verified('FAILED');
    scenario.completed('succeeded');
    expect(scenario.incident).toMatchObject({ status: 'verifying', severity });
    scenario.verified('FAILED');
    expect(scenario.incident.severity < severity).toBe(true);
  });

  test('a dry run changes nothing and ends as advice', () => {
    const scenario = down({ safety: makeSafety({ dryRun: true }) });
    expect(scenario.all('remediation.requested')[0]?.data).toMatchObject({ dryRun: true });
    scenario.completed('dry_run');
    expect(scenario.incident.decisions.at(-1)?.outcome).toBe('advise');
    expect(scenario.incident.status).toBe('escalated');
  });

  test.each(['remediating', 'verifying', 'rolling_back'] as const)(
    'no answer while %s: humans, never a hanging incident',
    (status) => {
      const scenario = down({ playbooks: [undoable, second] });
      if (status !== 'remediating') scenario.completed('succeeded');
      if (status === 'rolling_back') scenario.verified('FAILED');
      expect(scenario.incident.status).toBe(status);
      scenario.due('deadline');
      expect(scenario.incident.status).toBe('escalated');
      expect(scenario.all('remediation.requested')).toHaveLength(1);
    },
  );

  test('a success that comes after the deadline still ends it', () => {
    const scenario = down().completed('succeeded').due('deadline').verified('SUCCESS');
    expect(scenario.incident.resolution?.method).toBe('auto_remediation');
  });
});

describe('events late, early and twice', () => {
  test('the verification overtakes the completion', () => {
    const scenario = down().verified('SUCCESS');
    expect(scenario.incident.status).toBe('resolved');
    scenario.completed('succeeded');
    expect(scenario.all('incident.resolved')).toHaveLength(1);
    expect(scenario.incident.attempts[0]?.steps).toHaveLength(1);
  });

  test('the verification of an older attempt is kept and moves nothing', () => {
    const scenario = down({ playbooks: [makePlaybook({ safety: { maxRetries: 0 } }), second] });
    const [first] = scenario.incident.attempts;
    scenario.completed('failed');
    expect(scenario.incident.attempts).toHaveLength(2);
    scenario.verified('SUCCESS', { executionId: first?.executionId ?? '' });
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.incident.attempts[0]?.verification).toBe('SUCCESS');
  });

  test('the same event twice changes nothing', () => {
    const scenario = new Scenario();
    const input = {
      id: scenario.nextId(),
      type: 'health.changed' as const,
      data: scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']),
    };
    scenario.apply(input);
    const before = scenario.record;
    scenario.apply(input);
    expect(scenario.last?.ignored).toBe('taken_in_before');
    expect(scenario.record).toBe(before);
  });

  test('a change that the checker has since taken back opens nothing', () => {
    const scenario = new Scenario();
    const old = scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']);
    scenario.wait(1_000).setHealth('shop', 'shop-1', 'HEALTHY');
    scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: old });
    expect(scenario.last?.ignored).toBe('recovered_since');
  });

  test('failures that were seen before the recovery was proved open nothing; later ones do', () => {
    const next = '00000000-0000-7000-8000-000000000002';
    const scenario = down();
    const stale = scenario.healthChange('shop-1', 'DEGRADED', ['process_running']);
    scenario.wait(1_000).completed('succeeded').wait(1_000).verified('SUCCESS', { recoveredAt: scenario.now });
    const { id } = scenario.incident;
    scenario.wait(1_000).setHealth('shop', 'shop-1', 'DEGRADED').know({ newIncidentId: next });
    scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: { ...stale, since: scenario.now } });
    expect(scenario.last?.ignored).toBe('seen_before_recovery_was_proved');
    expect(scenario.incident.id).toBe(id);
    scenario.health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.id).toBe(next);
  });

  test('an old anomaly is not acted on; old trouble that is still present is', () => {
    const scenario = new Scenario();
    const since = scenario.now;
    scenario.setHealth('shop', 'shop-1', 'UNHEALTHY');
    const change = scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']);
    scenario.wait(60 * 60_000).anomaly({ startedAt: since, observedAt: since });
    expect(scenario.incident.waiting).toMatchObject({ for: 'source' });
    scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: change });
    expect(scenario.incident.status).toBe('remediating');
  });

  test('an anomaly whose clearing came first is no trouble', () => {
    const scenario = new Scenario().know({ clearedAnomalies: new Set(['anomaly-1']) }).anomaly();
    expect(scenario.last?.ignored).toBe('cleared_already');
    expect(scenario.record).toBeUndefined();
  });

  test('a timer that was replaced does nothing', () => {
    const scenario = down().completed('refused', { refusedBy: 'budget' });
    const key = `${scenario.incident.id}-reevaluate`;
    const data = {
      owner: 'decision',
      key,
      purpose: 'reevaluate',
      dueAt: '2026-03-02T09:00:00.000Z',
      payload: { name: 'reevaluate' },
    };
    scenario.apply({ id: scenario.nextId(), type: 'timer.due', data });
    expect(scenario.last?.ignored).toBe('timer_replaced');
  });
});

describe('trouble that goes away', () => {
  test('before anything ran: cleared, at once', () => {
    const scenario = new Scenario()
      .know({ killSwitch: undefined })
      .health('shop-1', 'UNHEALTHY')
      .wait(5_000)
      .health('shop-1', 'HEALTHY');
    expect(scenario.incident.resolution).toMatchObject({
      method: 'cleared',
      verificationPassed: false,
      timeToResolutionMs: 5_000,
    });
  });

  test('while an execution runs, verification decides', () => {
    const scenario = down().wait(1_000).health('shop-1', 'HEALTHY');
    expect(scenario.incident.status).toBe('remediating');
    scenario.completed('succeeded').verified('SUCCESS');
    expect(scenario.incident.resolution?.method).toBe('auto_remediation');
  });

  test('an escalated incident ends when it stays quiet, by the human who took it', () => {
    const scenario = new Scenario({ playbooks: [] })
      .health('shop-1', 'UNHEALTHY')
      .acknowledge('ada')
      .wait(1_000)
      .health('shop-1', 'HEALTHY');
    expect(scenario.incident.status).toBe('escalated');
    scenario.due('quiet');
    expect(scenario.incident.resolution?.method).toBe('manual');
  });

  test('what comes back within the quiet is not over', () => {
    const scenario = new Scenario({ playbooks: [] })
      .health('shop-1', 'UNHEALTHY')
      .wait(1_000)
      .health('shop-1', 'HEALTHY')
      .wait(1_000)
      .health('shop-1', 'UNHEALTHY');
    expect([...scenario.timers.keys()].some((key) => key.endsWith('-quiet'))).toBe(false);
    expect(scenario.incident.status).toBe('escalated');
  });

  test('partial success and all clear in the monitoring time is enough', () => {
    const scenario = down().completed('succeeded').verified('PARTIAL_SUCCESS').wait(1_000).health('shop-1', 'HEALTHY');
    expect(scenario.incident.status).toBe('monitoring');
    scenario.due('monitoring');
    expect(scenario.incident.resolution).toMatchObject({ method: 'auto_remediation', verificationPassed: false });
  });

  test('uncertain and all clear: a human must judge', () => {
    const scenario = down()
      .completed('succeeded')
      .verified('UNCERTAIN')
      .wait(1_000)
      .health('shop-1', 'HEALTHY')
      .due('monitoring');
    expect(scenario.incident.status).toBe('escalated');
  });
});

describe('several instances', () => {
  test('one is confirmed, the next one’s turn comes, and only the last ends the incident', () => {
    const scenario = new Scenario({ services: [makeService('shop', 6)] })
      .health('shop-1', 'UNHEALTHY')
      .wait(1_000)
      .health('shop-2', 'UNHEALTHY');
    expect(scenario.incident.attempts).toHaveLength(1);
    scenario.completed('succeeded').verified('SUCCESS');
    expect(scenario.incident.attempts[1]?.targets).toEqual([{ service: 'shop', instance: 'shop-2' }]);
    scenario.completed('succeeded').verified('SUCCESS');
    expect(scenario.incident.status).toBe('resolved');
  });
});

describe('the quiet after a confirmed execution, while another instance was still in trouble', () => {
  const quiet = (): Scenario => {
    const scenario = new Scenario({ services: [makeService('shop', 3)] })
      .health('shop-1', 'UNHEALTHY')
      .wait(1_000)
      .health('shop-2', 'UNHEALTHY')
      .completed('succeeded')
      .killSwitch(true)
      .verified('SUCCESS');
    expect(scenario.incident.status).toBe('open');
    scenario.wait(1_000).health('shop-2', 'HEALTHY').killSwitch(false);
    expect(scenario.incident.status).toBe('monitoring');
    return scenario;
  };

  test('new trouble in it is acted on', () => {
    const scenario = quiet().wait(1_000).health('shop-2', 'UNHEALTHY');
    expect(scenario.incident.status).toBe('remediating');
    expect(scenario.incident.attempts[1]?.targets).toEqual([{ service: 'shop', instance: 'shop-2' }]);
  });

  test('trouble that comes and goes by itself begins it anew, and it ends', () => {
    const scenario = quiet().wait(1_000).killSwitch(true).health('shop-2', 'UNHEALTHY');
    scenario.wait(1_000).health('shop-2', 'HEALTHY').due('quiet');
    expect(scenario.incident.resolution?.method).toBe('cleared');
  });
});

describe('humans', () => {
  test('closing waits for a running execution', () => {
    const scenario = down().close();
    expect(scenario.incident.status).toBe('remediating');
    scenario.completed('failed');
    expect(scenario.incident.resolution?.method).toBe('manual');
  });

  test('closing what nothing runs on ends it at once', () => {
    expect(new Scenario({ playbooks: [] }).health('shop-1', 'UNHEALTHY').close().incident.resolution?.method).toBe(
      'manual',
    );
  });

  test('the first acknowledgement counts', () => {
    const scenario = down().acknowledge('ada').acknowledge('bob');
    expect(scenario.incident.acknowledgedBy).toBe('ada');
    expect(scenario.all('incident.acknowledged')).toHaveLength(1);
  });
});
