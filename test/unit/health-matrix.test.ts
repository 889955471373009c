import type { CheckOutcome, CheckTier, HealthRecord } from '@cortex/contracts';
import { stepHealth, unknownHealth, type StepHealthSettings, type TargetHealth } from '@cortex/health';
import { expect, test } from 'vitest';
import { makePlaybook, makeService, Scenario } from '@cortex/decision/testing';

/** Spec 2.4 from the result of a check to what is decided: the failure action of each tier. */
class Watched {
  readonly scenario: Scenario;
  readonly #settings: StepHealthSettings;
  #health: TargetHealth;

  constructor(scenario: Scenario, changes: Partial<StepHealthSettings> = {}) {
    this.scenario = scenario;
    this.#health = unknownHealth({ service: 'shop', instance: 'shop-1' }, scenario.now);
    this.#settings = {
      recoverAfter: 1,
      flapping: { returns: 6, withinMs: 3_600_000 },
      checks: [
        { name: 'port', tier: 'shallow' },
        { name: 'page', tier: 'shallow' },
        { name: 'database', tier: 'deep' },
        { name: 'signup', tier: 'comprehensive' },
      ],
      ...changes,
    };
    for (const { name, tier } of this.#settings.checks) this.sees(name, tier, true);
  }

  sees(check: string, tier: CheckTier, passed: boolean): this {
    this.scenario.wait(1_000);
    const outcome: CheckOutcome = {
      check,
      type: check,
      tier,
      target: this.#health.target,
      result: passed ? 'pass' : 'fail',
      attempts: 1,
      durationMs: 1,
      detail: passed ? 'fine' : 'it fails',
      evidence: {},
      observedAt: this.scenario.now,
    };
    const { state, change } = stepHealth(this.#health, outcome, this.#settings, this.scenario.now);
    this.#health = state;
    if (change === undefined) return this;
    const record: Partial<HealthRecord> = { since: state.since, flapping: state.flapping };
    this.scenario.setHealth('shop', 'shop-1', state.state, record);
    this.scenario.apply({ id: this.scenario.nextId(), type: 'health.changed', data: change });
    return this;
  }

  get state(): string {
    return this.#health.state;
  }
}

const restart = makePlaybook({ trigger: { condition: 'health_state == "UNHEALTHY"' } });
const watched = () => new Watched(new Scenario({ playbooks: [restart] }));

test('a shallow failure degrades, and nothing is done; failing three times in a row it is remediated', () => {
  const target = watched().sees('port', 'shallow', false);
  expect(target.state).toBe('DEGRADED');
  expect(target.scenario.all('remediation.requested')).toHaveLength(0);
  target.sees('port', 'shallow', false).sees('port', 'shallow', false);
  expect(target.state).toBe('UNHEALTHY');
  expect(target.scenario.all('remediation.requested')).toHaveLength(1);
});

test('one deep failure is remediated', () => {
  const target = watched().sees('database', 'deep', false);
  expect(target.state).toBe('UNHEALTHY');
  expect(target.scenario.all('remediation.requested')).toHaveLength(1);
  expect(target.scenario.all('escalation.requested')).toHaveLength(0);
});

test('a comprehensive failure goes to people, once, when the other checks have answered, and no playbook for the unhealthy is used', () => {
  const target = watched().sees('signup', 'comprehensive', false);
  expect(target.scenario.all('escalation.requested')).toHaveLength(0);
  target.sees('port', 'shallow', true).sees('page', 'shallow', true).sees('database', 'deep', true);
  target.sees('signup', 'comprehensive', false);
  expect(target.state).toBe('CRITICAL');
  expect(target.scenario.all('remediation.requested')).toHaveLength(0);
  expect(target.scenario.all('escalation.requested')).toHaveLength(1);
});

test('a comprehensive failure goes to people also where a playbook asks for it', () => {
  const playbook = makePlaybook({ trigger: { condition: 'health_state == "CRITICAL"' } });
  const target = new Watched(new Scenario({ playbooks: [playbook] })).sees('signup', 'comprehensive', false);
  expect(target.scenario.all('remediation.requested')).toHaveLength(1);
  expect(target.scenario.all('escalation.requested')).toHaveLength(1);
});

test('a target that flaps is left alone, and people are told so', () => {
  const target = new Watched(new Scenario({ playbooks: [restart] }), {
    flapping: { returns: 3, withinMs: 3_600_000 },
  });
  for (let round = 0; round < 4; round += 1) target.sees('port', 'shallow', false).sees('port', 'shallow', true);
  target.sees('database', 'deep', false);
  const { scenario } = target;
  expect(scenario.all('remediation.requested')).toHaveLength(0);
  expect(scenario.all('escalation.requested')).toHaveLength(1);
  expect(JSON.stringify(scenario.incident.decisions.at(-1))).toContain('flapping');
});

test('while a dependency is down the target waits, and is marked', () => {
  const services = [makeService('db'), makeService('shop', 1, { dependsOn: ['db'] })];
  const scenario = new Scenario({ services, playbooks: [restart] }).setHealth('db', 'db-1', 'UNHEALTHY');
  const target = new Watched(scenario, { dependenciesDown: ['db'] }).sees('database', 'deep', false);
  expect(target.state).toBe('UNHEALTHY');
  expect(scenario.all('remediation.requested')).toHaveLength(0);
  expect(scenario.incident.signals[0]?.summary).toContain('it depends on db, down');
  expect(scenario.incident.decisions.at(-1)?.reason).toContain('db comes first');
  scenario.setHealth('db', 'db-1', 'HEALTHY').seeAll().due('reevaluate');
  expect(scenario.all('remediation.requested')).toHaveLength(1);
});
