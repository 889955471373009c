import type { Attempt, Decision, Incident } from '@cortex/contracts';
import { maxEventBytes } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { boundIncident } from './bounds.ts';

const at = '2026-03-02T10:00:00.000Z';

function attempt(number: number, instances: number, steps: number, fields: Partial<Attempt> = {}): Attempt {
  const targets = Array.from({ length: instances }, (_unused, index) => ({
    service: 'shop',
    instance: `shop-${String(number * instances + index).padStart(5, '0')}`,
  }));
  return {
    attempt: number,
    executionId: `019b8b74-1930-7ec9-9e3a-9da3aa0c2fa1-${number}`,
    playbookId: 'restart',
    playbookVersion: '1.0.0',
    targets,
    requestedAt: at,
    startedAt: at,
    completedAt: at,
    outcome: 'succeeded',
    reason: 'every step ran',
    verification: 'SUCCESS',
    verificationReason: 'every check passes, without a break for 60 s',
    steps: targets.flatMap((target) =>
      Array.from({ length: steps }, (_unused, step) => ({
        step: step + 1,
        name: `step number ${step}`,
        action: 'restart_service',
        target,
        outcome: 'succeeded' as const,
        attempts: 1,
        startedAt: at,
        durationMs: 1_000,
        detail: 'the process has been started, and runs under another pid',
        inferred: false,
      })),
    ),
    ...fields,
  };
}

function incidentOf(): Incident {
  const scenario = new Scenario();
  scenario.health('shop-1', 'UNHEALTHY');
  return { ...scenario.incident, attempts: [] };
}

test.each([
  ['a playbook of ten steps, again and again on one instance each', 1_500, 1, 10],
  ['one of ten steps on two hundred instances', 30, 200, 10],
])('%s keeps the whole incident far below the largest event', (_name, rounds, instances, steps) => {
  let incident = incidentOf();
  for (let number = 1; number <= rounds; number += 1) {
    incident = boundIncident({ ...incident, attempts: [...incident.attempts, attempt(number, instances, steps)] });
  }
  expect(JSON.stringify(incident).length).toBeLessThan(0.8 * maxEventBytes);
  const { attempts, leftOut } = incident;
  expect(attempts.at(-1)?.attempt).toBe(rounds);
  expect(attempts.length + (leftOut?.attempts ?? 0)).toBe(rounds);
  expect(leftOut?.stepResults).toBeGreaterThan(0);
  // Their results are bounded by themselves: what is left must be bounded too.
  expect(leftOut?.attempts).toBeGreaterThan(0);
  expect(JSON.stringify(attempts.map((one) => ({ ...one, steps: [] }))).length).toBeLessThan(300_000);
});

test('what did not help stays, however much helped since; of its steps those that failed', () => {
  let incident = incidentOf();
  const failed = attempt(1, 300, 1, { outcome: 'failed', verification: 'FAILED' });
  const steps = failed.steps.map((step, index) => (index === 299 ? { ...step, outcome: 'failed' as const } : step));
  incident = boundIncident({ ...incident, attempts: [{ ...failed, steps }] });
  expect(incident.attempts[0]?.steps.some(({ outcome }) => outcome === 'failed')).toBe(true);
  for (let number = 2; number <= 900; number += 1) {
    incident = boundIncident({ ...incident, attempts: [...incident.attempts, attempt(number, 1, 1)] });
  }
  expect(incident.attempts[0]).toMatchObject({ attempt: 1, outcome: 'failed' });
});

test('decisions beyond the bound leave the middle out, by number and by size, and it is said', () => {
  const { decisions, ...incident } = incidentOf();
  const [first] = decisions;
  if (first === undefined) throw new Error('no decision');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 10, max: 20_000 }), (count, length) => {
      const many = Array.from({ length: count }, (_unused, index): Decision => ({
        ...first,
        id: `d-${index}`,
        steps: first.steps.map((step) => ({ ...step, reason: 'x'.repeat(Math.min(length, 4_000)) })),
      }));
      const bounded = boundIncident({ ...incident, decisions: many });
      expect(JSON.stringify(bounded.decisions).length).toBeLessThan(400_000);
      expect(bounded.decisions[0]?.id).toBe('d-0');
      expect(bounded.decisions.at(-1)?.id).toBe(`d-${count - 1}`);
      expect(bounded.decisions.length + (bounded.leftOut?.decisions ?? 0)).toBe(count);
    }),
    { numRuns: 30 },
  );
});

test('an incident within its bounds is whole and does not speak of it', () => {
  const incident = { ...incidentOf(), attempts: [attempt(1, 1, 3)] };
  expect(boundIncident(incident)).toEqual(incident);
});
