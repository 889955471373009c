import { describe, expect, test } from 'vitest';
import { Scenario } from './testing/scenario.ts';

const names = [
  'classify',
  'severity',
  'blast_radius',
  'root_cause',
  'select_playbook',
  'safety_checks',
  'execute',
  'verify',
  'learn',
];

describe('the loop, from a stopped process to a proved recovery', () => {
  const scenario = new Scenario();

  test('a stopped process opens an incident and requests the playbook at once', () => {
    scenario.health('shop-1', 'UNHEALTHY');
    expect(scenario.types[0]).toBe('remediation.requested');
    expect(scenario.types.slice(1).toSorted()).toEqual(['decision.made', 'incident.opened']);
    expect(scenario.incident).toMatchObject({ status: 'remediating', severity: 'SEV2', cause: 'application' });
    const [request] = scenario.all('remediation.requested');
    expect(request).toMatchObject({
      key: `${scenario.incident.id}-1`,
      data: {
        attempt: 1,
        targets: [{ service: 'shop', instance: 'shop-1', facts: { host: 'host-1' } }],
        maxUnavailable: 1,
      },
    });
  });

  test('the decision tells nine steps, the last three pending, and every gate', () => {
    const decision = scenario.incident.decisions[0];
    expect(decision?.steps.map((step) => step.name)).toEqual(names);
    expect(decision?.steps.map((step) => step.status)).toEqual([
      ...Array<string>(6).fill('done'),
      'pending',
      'pending',
      'pending',
    ]);
    expect(decision?.gates.map((gate) => `${gate.gate} ${gate.verdict}`)).toEqual([
      'silence pass',
      'kill_switch pass',
      'storm pass',
      'minimum_healthy pass',
      'budget pass',
      'target_lock pass',
      'window pass',
      'approval pass',
      'start_rate pass',
    ]);
  });

  test('it waits for the executor and the verifier under a deadline', () => {
    expect([...scenario.timers.keys()].some((key) => key.endsWith('-deadline'))).toBe(true);
    scenario.wait(2_000).completed('succeeded');
    expect(scenario.incident.status).toBe('verifying');
  });

  test('the verified success resolves it with all nine steps done, and the time of recovery', () => {
    const recoveredAt = scenario.now;
    scenario.wait(120_000).verified('SUCCESS', { recoveredAt });
    expect(scenario.types).toContain('incident.resolved');
    expect(scenario.incident.resolution).toMatchObject({
      method: 'auto_remediation',
      recoveredAt,
      timeToResolutionMs: 2_000,
      verificationPassed: true,
    });
    const last = scenario.incident.decisions.at(-1);
    expect(last?.outcome).toBe('resolve');
    expect(last?.steps.every((step) => step.status === 'done')).toBe(true);
    expect(scenario.timers.size).toBe(0);
    expect(scenario.last?.breakerOutcomes).toMatchObject([{ playbookId: 'restart', effective: true }]);
  });

  test('the late word that it is healthy changes nothing', () => {
    scenario.health('shop-1', 'HEALTHY');
    expect(scenario.last?.ignored).toBe('no_incident_open');
  });

  test('the next failure opens a new incident', () => {
    scenario
      .wait(600_000)
      .know({ newIncidentId: '00000000-0000-7000-8000-000000000002' })
      .health('shop-1', 'UNHEALTHY');
    expect(scenario.incident).toMatchObject({ id: '00000000-0000-7000-8000-000000000002', status: 'remediating' });
  });
});
