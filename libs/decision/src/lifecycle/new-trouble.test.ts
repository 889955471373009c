import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';

const restart = makePlaybook();
const fixErrors = makePlaybook({ id: 'fix-errors', trigger: { condition: 'anomaly_metric == "error_rate"' } });
const errors = { anomalyId: 'errors', metric: 'error_rate', explanation: '34 % of requests fail' };
const busy = { anomalyId: 'busy', metric: 'cpu_usage_percent', explanation: 'the processor is busy' };

/** With humans since `anomaly busy`, because nothing fits. */
function withHumans(world: ConstructorParameters<typeof Scenario>[0] = { playbooks: [] }): Scenario {
  const scenario = new Scenario(world).anomaly(busy);
  expect(scenario.incident.status).toBe('escalated');
  return scenario.wait(120_000);
}

function denied(): Scenario {
  const careful = makePlaybook({
    trigger: { condition: 'anomaly_metric == "cpu_usage_percent"' },
    safety: { requireApproval: true },
  });
  const scenario = new Scenario({ playbooks: [careful, fixErrors] }).anomaly(busy).answer('approval.denied', 'ada');
  expect(scenario.incident.status).toBe('escalated');
  return scenario.wait(120_000);
}

describe('trouble that returns to an escalated incident before it has settled', () => {
  test('is decided on and told', () => {
    const scenario = withHumans().cleared('busy').wait(30_000);
    scenario.anomaly({ ...busy, anomalyId: 'busy-2' });
    expect(scenario.types).toEqual(expect.arrayContaining(['decision.made', 'escalation.requested']));
    expect(scenario.incident.decisions.at(-1)).toMatchObject({ outcome: 'escalate', code: 'no_playbook' });
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('back');
    // Without something to do the escalator tells nobody who was told of the incident before.
    expect(scenario.all('escalation.requested').at(-1)?.data).toMatchObject({
      asks: expect.stringContaining('look at'),
    });
  });

  test('is healed when a playbook fits, whatever it was escalated for', () => {
    const scenario = denied().cleared('busy').wait(30_000).anomaly(errors);
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ playbookId: 'fix-errors' }] });
  });

  test('is told at most once per settling time, and decided on each time', () => {
    const scenario = withHumans();
    for (let round = 0; round < 6; round += 1) {
      scenario.cleared(round === 0 ? 'busy' : `busy-${round}`).wait(10_000);
      scenario.anomaly({ ...busy, anomalyId: `busy-${round + 1}` });
      expect(scenario.types).toContain('decision.made');
    }
    expect(scenario.all('escalation.requested')).toHaveLength(2);
  });
});

describe('other trouble in an escalated incident', () => {
  test('is decided on, told, and gives the title when it is worse', () => {
    const scenario = withHumans().anomaly({ ...errors, severity: 'critical' });
    expect(scenario.types).toEqual(expect.arrayContaining(['decision.made', 'escalation.requested']));
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('34 % of requests fail');
    expect(scenario.incident.title).toBe('shop: 34 % of requests fail');
    expect(scenario.all('escalation.requested').at(-1)?.data).toMatchObject({ title: 'shop: 34 % of requests fail' });
  });

  test('is healed when a playbook fits, though a human denied the one for the first', () => {
    const scenario = denied().anomaly(errors);
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ playbookId: 'fix-errors' }] });
  });

  test('is told, and left to the human who took the incident', () => {
    const scenario = withHumans({ playbooks: [fixErrors] })
      .acknowledge('ada')
      .anomaly(errors);
    expect(scenario.incident.status).toBe('escalated');
    expect(scenario.incident.attempts).toEqual([]);
    expect(scenario.types).toEqual(expect.arrayContaining(['decision.made', 'escalation.requested']));
    expect(scenario.incident.decisions.at(-1)).toMatchObject({ outcome: 'escalate', code: 'with_humans' });
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('ada');
  });

  test('is told, and not acted on, where nobody knows what the last attempt did', () => {
    const scenario = new Scenario({ playbooks: [restart, fixErrors] })
      .health('shop-1', 'UNHEALTHY')
      .completed('ambiguous')
      .wait(120_000)
      .health('shop-1', 'HEALTHY')
      .wait(1_000)
      .anomaly(errors);
    expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{}] });
    expect(scenario.incident.decisions.at(-1)?.code).toBe('with_humans');
    expect(scenario.types).toContain('escalation.requested');
  });

  test('of an instance that was well is other trouble', () => {
    const scenario = new Scenario({ services: [makeService('shop', 3)], playbooks: [] }).health('shop-1', 'UNHEALTHY');
    scenario.wait(120_000).health('shop-2', 'UNHEALTHY');
    expect(scenario.types).toContain('escalation.requested');
  });

  test('that goes with what is open is not told again', () => {
    const scenario = new Scenario({ services: [makeService('shop', 3)], playbooks: [] });
    scenario.health('shop-1', 'UNHEALTHY', ['http_endpoint']).wait(120_000);
    scenario
      .anomaly(errors)
      .wait(1_000)
      .anomaly({ ...busy, severity: 'low' });
    expect(scenario.all('escalation.requested')).toHaveLength(1);
  });

  test('is told to people after a silence, when one holds', () => {
    const scenario = withHumans().silence().wait(1_000).anomaly(errors);
    expect(scenario.types).not.toContain('escalation.requested');
    scenario.due('postponed');
    expect(scenario.types).toContain('escalation.requested');
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('34 % of requests fail');
  });

  test('that began under a silence is healed after it, once the checks have looked', () => {
    const scenario = withHumans({ playbooks: [fixErrors] })
      .silence()
      .wait(120_000)
      .anomaly(errors);
    expect(scenario.incident.attempts).toEqual([]);
    scenario.due('postponed');
    expect(scenario.incident.attempts).toEqual([]);
    scenario.due('reevaluate');
    expect(scenario.incident.attempts).toMatchObject([{ playbookId: 'fix-errors' }]);
  });

  test('that is worse than what people were told is told', () => {
    const unjudged = { ...busy, harm: { kind: 'unjudged' as const, reason: 'of an earlier version' } };
    const scenario = new Scenario({ playbooks: [] }).anomaly({ ...unjudged, severity: 'low' });
    expect(scenario.incident).toMatchObject({ severity: 'SEV3', escalations: [{}] });
    scenario.wait(1_000).anomaly({ ...unjudged, severity: 'critical' }, 'anomaly.updated');
    expect(scenario.incident).toMatchObject({ severity: 'SEV2', escalations: [{}, {}] });
  });
});

describe('what a trigger can see changes while humans have been called, and nobody took it', () => {
  const start = makePlaybook({ id: 'start', trigger: { condition: '"tcp_port" in failing_check_types' } });

  test.each([
    ['another check fails', (scenario: Scenario) => scenario.health('shop-1', 'UNHEALTHY', ['deep_query', 'tcp_port'])],
    ['one of two passes again', (scenario: Scenario) => scenario.health('shop-1', 'UNHEALTHY', ['tcp_port'])],
  ])('%s: decided again at once, and healed', (_what, change) => {
    const scenario = new Scenario({ playbooks: [start] }).health('shop-1', 'UNHEALTHY', ['deep_query']);
    expect(scenario.incident.status).toBe('escalated');
    change(scenario.wait(2_000));
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ playbookId: 'start' }] });
  });

  test('not once somebody took it', () => {
    const scenario = new Scenario({ playbooks: [start] }).health('shop-1', 'UNHEALTHY', ['deep_query']).acknowledge();
    scenario.wait(2_000).health('shop-1', 'UNHEALTHY', ['deep_query', 'tcp_port']);
    expect(scenario.incident.status).toBe('escalated');
  });

  test('a trigger that must hold for a while is waited for', () => {
    const slow = makePlaybook({
      id: 'slow',
      trigger: { condition: '"tcp_port" in failing_check_types', durationMs: 10_000 },
    });
    const scenario = new Scenario({ playbooks: [slow] }).health('shop-1', 'UNHEALTHY', ['deep_query']).wait(2_000);
    scenario.health('shop-1', 'UNHEALTHY', ['deep_query', 'tcp_port']);
    expect(scenario.incident.status).toBe('escalated');
    scenario.due('reevaluate');
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ playbookId: 'slow' }] });
  });

  test('a playbook that may not be used: another one that fits now is', () => {
    const excluded = makePlaybook({
      id: 'first',
      trigger: { condition: '"deep_query" in failing_check_types' },
      safety: { maxRetries: 0 },
    });
    const scenario = new Scenario({ playbooks: [excluded, start] })
      .health('shop-1', 'UNHEALTHY', ['deep_query'])
      .completed('succeeded')
      .verified('FAILED');
    expect(scenario.incident.status).toBe('escalated');
    scenario.wait(2_000).health('shop-1', 'UNHEALTHY', ['deep_query', 'tcp_port']);
    expect(scenario.incident.attempts.at(-1)?.playbookId).toBe('start');
  });
});

describe('what was degraded is down now', () => {
  const start = makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"' } });
  const careful = makePlaybook({
    id: 'careful',
    trigger: { condition: 'health_state == "DEGRADED"' },
    safety: { requireApproval: true },
  });

  test('is decided anew, though a human denied what was planned for less', () => {
    const scenario = new Scenario({ playbooks: [careful, start] }).health('shop-1', 'DEGRADED');
    scenario.answer('approval.denied', 'ada').wait(120_000).health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ status: 'remediating', attempts: [{ playbookId: 'restart' }] });
    expect(scenario.incident.decisions.at(-1)?.reason).toContain('it is down now');
  });

  test('is told, and decided on no further, where a human must judge the last attempt', () => {
    const soften = makePlaybook({ id: 'soften', trigger: { condition: 'health_state == "DEGRADED"' } });
    const scenario = new Scenario({ playbooks: [soften, start] }).health('shop-1', 'DEGRADED');
    scenario.completed('succeeded').verified('UNCERTAIN').due('monitoring').wait(120_000);
    scenario.health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ status: 'escalated', attempts: [{ playbookId: 'soften' }] });
    expect(scenario.incident.decisions.at(-1)?.code).toBe('with_humans');
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('it is down now');
    scenario.wait(1_000).health('shop-1', 'UNHEALTHY', ['process_running', 'tcp_port']);
    expect(scenario.incident.attempts).toHaveLength(1);
  });

  test('also in trouble that began while humans had the incident for another', () => {
    const services = [makeService('shop', 4)];
    const scenario = new Scenario({ services, playbooks: [careful, start] }).health('shop-1', 'DEGRADED');
    scenario.answer('approval.denied', 'ada').wait(120_000).health('shop-1', 'HEALTHY').wait(1_000);
    scenario
      .know({ playbooks: [start] })
      .health('shop-2', 'DEGRADED')
      .wait(2_000)
      .health('shop-2', 'UNHEALTHY');
    expect(scenario.incident.attempts).toMatchObject([
      { playbookId: 'restart', targets: [{ service: 'shop', instance: 'shop-2' }] },
    ]);
  });
});

describe('the title', () => {
  test('follows what is wrong now', () => {
    const scenario = withHumans();
    expect(scenario.incident.title).toBe('shop: the processor is busy');
    scenario.health('shop-1', 'UNHEALTHY');
    expect(scenario.incident.title).toBe('shop: shop-1 is UNHEALTHY');
    scenario.wait(1_000).health('shop-1', 'HEALTHY');
    expect(scenario.incident.title).toBe('shop: the processor is busy');
    scenario.cleared('busy');
    expect(scenario.incident.title).toBe('shop: the processor is busy');
  });

  test('is of the first of what began together', () => {
    const scenario = new Scenario({ playbooks: [] }).anomaly(errors).wait(5_000).anomaly(busy);
    expect(scenario.incident.title).toBe('shop: 34 % of requests fail');
  });

  test('is of what began last among equals', () => {
    const scenario = withHumans().anomaly(errors);
    expect(scenario.incident.title).toBe('shop: 34 % of requests fail');
  });
});
