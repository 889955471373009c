import { executionDeadlineMs } from '@cortex/execution';
import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook, makeService } from '../testing/scenario.ts';
import { maxUnavailableOf } from './plan.ts';

const everywhere = makePlaybook({
  trigger: { condition: 'health_state == "DEGRADED"', durationMs: 60_000 },
  safety: { blastRadius: 'single_service' },
});

/** Four of eight are degraded, and a plan over all of them is decided. */
function fourOfEight(facts: Partial<Scenario['facts']> = {}): Scenario {
  const scenario = new Scenario({ services: [makeService('shop', 8)], playbooks: [everywhere] }).know(facts);
  for (const instance of ['shop-1', 'shop-2', 'shop-3', 'shop-4']) scenario.health(instance, 'DEGRADED');
  return scenario.due('reevaluate');
}

describe('a plan over more targets than may be out at once', () => {
  test('is for the executor to do in waves, and the explanation says so', () => {
    const decision = fourOfEight().incident.decisions.at(-1);
    const waves = 'in 2 waves, each when the one before it serves again: shop-1, shop-2 | shop-3, shop-4';
    expect(decision?.gates.find(({ gate }) => gate === 'budget')).toMatchObject({ verdict: 'pass', reason: waves });
    expect(decision?.steps.find(({ name }) => name === 'safety_checks')?.inputs).toMatchObject({ waves });
    expect(decision?.gates.find(({ gate }) => gate === 'minimum_healthy')?.inputs).toMatchObject({ out_at_once: 2 });
  });

  test('has no more targets than that where no check could tell whether they serve again', () => {
    const scenario = fourOfEight({ checkedTargets: new Map() });
    const step = scenario.incident.decisions.at(-1)?.steps.find(({ name }) => name === 'safety_checks');
    expect(step?.inputs['targets']).toEqual(['shop-1', 'shop-2']);
  });

  test('may take longer, by what the executor waits between them', () => {
    const targets = fourOfEight().facts.services.get('shop')?.instances ?? [];
    const timeOf = (count: number) =>
      executionDeadlineMs(
        {
          playbook: everywhere,
          targets: targets.slice(0, count).map((facts) => ({ service: 'shop', instance: facts.id, facts })),
        },
        0,
      );
    const stepMs = 30_000;
    const recoveryMs = 4 * 30_000;
    expect(timeOf(4) - timeOf(1)).toBe(3 * (stepMs + 2 * recoveryMs));
  });
});

test.each([
  [1, {}, 1],
  [4, {}, 1],
  [8, {}, 2],
  [8, { maxUnavailable: 3 }, 3],
  [8, { maxUnavailable: 8 }, 4],
  [8, { maxUnavailable: 8, minHealthy: 7 }, 1],
  [4, { maxUnavailable: 4, minHealthy: 0 }, 4],
  [2, { minHealthy: 2 }, 1],
])('of %i instances with %o, %i may be out at once', (count, fields, most) => {
  expect(maxUnavailableOf(makeService('shop', count, fields))).toBe(most);
});
