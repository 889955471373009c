import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook } from '../testing/scenario.ts';

const first = makePlaybook({ metadata: { successRate: 0.9 }, rollback: { available: true } });
const second = makePlaybook({ id: 'second', metadata: { successRate: 0.1 } });
const tried = (scenario: Scenario): string[] => scenario.incident.attempts.map(({ playbookId }) => playbookId);
const calls = (scenario: Scenario) => scenario.all('escalation.requested');
const verified = (playbooks: readonly ReturnType<typeof makePlaybook>[]): Scenario =>
  new Scenario({ playbooks }).health('shop-1', 'UNHEALTHY').completed('succeeded');

describe('made worse', () => {
  test('it is rolled back, humans hear of it at once, and nothing else is tried', () => {
    const scenario = verified([first, second]).verified('FAILED', { worsened: true, reason: 'more errors' });
    expect(scenario.types).toContain('remediation.rollback.requested');
    expect(calls(scenario)[0]?.data).toMatchObject({
      reason: expect.stringContaining('made it worse'),
      notify: ['sre'],
    });
    scenario.rolledBack('succeeded');
    expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{ worsened: true }] });
    expect(scenario.incident.decisions.at(-1)?.code).toBe('made_worse');
    expect([tried(scenario), calls(scenario).length]).toEqual([['restart'], 1]);
  });

  test('what cannot be undone is for humans at once', () => {
    const scenario = verified([makePlaybook(), second]).verified('FAILED', { worsened: true });
    expect(scenario.incident.status).toBe('escalated');
    expect([tried(scenario), calls(scenario).length]).toEqual([['restart'], 1]);
  });

  test('a rollback that was not possible is told too', () => {
    const scenario = verified([first, second]).verified('FAILED', { worsened: true }).rolledBack('not_available');
    expect([scenario.incident.status, calls(scenario).length]).toEqual(['escalated', 2]);
  });

  test('no improvement still goes on to the next playbook', () => {
    const scenario = verified([makePlaybook({ safety: { maxRetries: 0 } }), second]).verified('FAILED');
    expect([tried(scenario), calls(scenario).length]).toEqual([['restart', 'second'], 0]);
  });
});

describe('helped in part', () => {
  test('on-call hears of it, and the watching goes on', () => {
    const scenario = verified([first, second]).verified('PARTIAL_SUCCESS');
    expect(scenario.incident.status).toBe('monitoring');
    expect(calls(scenario)[0]?.data).toMatchObject({ reason: expect.stringContaining('helped in part') });
  });

  test('what is still in trouble then gets another playbook, not the same again', () => {
    const scenario = verified([first, second]).verified('PARTIAL_SUCCESS').due('monitoring');
    expect(tried(scenario)).toEqual(['restart', 'second']);
  });

  test('with no other playbook it is for humans', () => {
    const scenario = verified([first]).verified('PARTIAL_SUCCESS').due('monitoring');
    expect([scenario.incident.status, tried(scenario)]).toEqual(['escalated', ['restart']]);
  });
});

test('uncertain and still in trouble: a human must judge, and nothing is done', () => {
  const scenario = verified([first, second]).verified('UNCERTAIN').due('monitoring');
  expect([scenario.incident.status, tried(scenario)]).toEqual(['escalated', ['restart']]);
  expect(scenario.incident.decisions.at(-1)?.code).toBe('uncertain');
  expect(calls(scenario)).toHaveLength(1);
});

describe('success', () => {
  const fresh = { anomalyId: 'new', metric: 'http_error_rate', severity: 'critical' as const, value: 40 };

  test('new trouble that began after the effect keeps the incident open, and is decided', () => {
    const scenario = verified([first]).wait(10_000).anomaly(fresh);
    scenario.wait(10_000).verified('SUCCESS');
    expect(scenario.incident.signals.map(({ key, active }) => [key, active])).toEqual([
      ['health:shop-1', false],
      ['new', true],
    ]);
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('new trouble has begun since');
  });

  test('trouble from before the effect is answered, also when it was said again since', () => {
    const scenario = new Scenario({ playbooks: [first] }).health('shop-1', 'UNHEALTHY').wait(1_000).anomaly(fresh);
    const startedAt = scenario.now;
    scenario
      .wait(1_000)
      .completed('succeeded')
      .wait(1_000)
      .anomaly({ ...fresh, startedAt }, 'anomaly.updated');
    expect(scenario.wait(1_000).verified('SUCCESS').incident.status).toBe('resolved');
  });

  test('what a restart itself stirs up is no new trouble', () => {
    const scenario = verified([first])
      .wait(1_000)
      .anomaly({ ...fresh, severity: 'medium' });
    scenario.wait(500).health('shop-1', 'DEGRADED').wait(500);
    expect(scenario.verified('SUCCESS').incident.status).toBe('resolved');
  });
});

describe('the playbook’s own contacts are told', () => {
  const notify = (scenario: Scenario) => calls(scenario).map(({ data }) => (data as { notify: string[] }).notify);

  test.each<[string, () => Scenario]>([
    ['its rollback failed', () => verified([first]).verified('FAILED').rolledBack('failed')],
    [
      'its executor fell silent',
      () => new Scenario({ playbooks: [first] }).health('shop-1', 'UNHEALTHY').due('deadline'),
    ],
    ['nobody knows what it did', () => new Scenario().health('shop-1', 'UNHEALTHY').completed('ambiguous')],
    ['nobody can tell whether it helped', () => verified([first]).verified('UNCERTAIN').due('monitoring')],
  ])('%s', (_why, scenario) => {
    expect(notify(scenario())).toEqual([['sre']]);
  });
});

describe('the target fails again between the last look of verification and its word', () => {
  const finding = (at: string) => ({
    phase: 'immediate' as const,
    name: 'checks',
    verdict: 'pass' as const,
    detail: 'fine',
    evidence: {},
    at,
  });

  test('that is new trouble, and decided on', () => {
    const scenario = verified([first, second]);
    const lookedAt = scenario.wait(1_000).health('shop-1', 'HEALTHY').wait(1_000).now;
    scenario
      .wait(500)
      .health('shop-1', 'UNHEALTHY')
      .wait(500)
      .verified('SUCCESS', { findings: [finding(lookedAt)] });
    expect(scenario.incident.status).not.toBe('resolved');
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('new trouble');
  });

  test('what failed before that look, and was seen to pass by it, is over', () => {
    const scenario = verified([first, second]);
    scenario.wait(1_000).health('shop-1', 'HEALTHY').wait(500).health('shop-1', 'UNHEALTHY');
    scenario.wait(1_000).verified('SUCCESS', { findings: [finding(scenario.now)] });
    expect(scenario.incident.status).toBe('resolved');
  });
});
