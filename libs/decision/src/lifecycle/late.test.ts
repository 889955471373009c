import { describe, expect, test } from 'vitest';
import { Scenario, makePlaybook } from '../testing/scenario.ts';

const second = makePlaybook({ id: 'second', metadata: { successRate: 0.1 } });
const undoable = makePlaybook({ metadata: { successRate: 0.9 }, rollback: { available: true } });

const down = (playbooks = [makePlaybook(), second]): Scenario =>
  new Scenario({ playbooks }).health('shop-1', 'UNHEALTHY');
const rollingBack = (): Scenario => down([undoable, second]).completed('succeeded').verified('FAILED');

type Take = (scenario: Scenario) => Scenario;
/** Humans have it: they were called because no answer came, and somebody may have taken it. */
const takings: readonly (readonly [string, Take])[] = [
  ['called', (scenario) => scenario],
  ['acknowledged', (scenario) => scenario.acknowledge('ada')],
];

describe.each(takings)('an answer that comes after humans were %s starts nothing', (_how, take) => {
  test.each<[string, () => Scenario, Take]>([
    ['failed', () => down().due('deadline'), (scenario) => scenario.completed('failed')],
    ['failed half-way', () => down([undoable, second]).due('deadline'), (scenario) => scenario.completed('failed')],
    ['ambiguous', () => down().due('deadline'), (scenario) => scenario.completed('ambiguous')],
    ['refused', () => down().due('deadline'), (scenario) => scenario.completed('refused', { refusedBy: 'budget' })],
    [
      'not permitted',
      () => down().due('deadline'),
      (scenario) => scenario.completed('refused', { refusedBy: 'protected' }),
    ],
    ['succeeded', () => down().due('deadline'), (scenario) => scenario.completed('succeeded')],
    ['rolled back', () => rollingBack().due('deadline'), (scenario) => scenario.rolledBack('succeeded')],
    ['not rolled back', () => rollingBack().due('deadline'), (scenario) => scenario.rolledBack('not_available')],
    ['no help', () => down().completed('succeeded').due('deadline'), (scenario) => scenario.verified('FAILED')],
    [
      'worse',
      () => down([undoable]).completed('succeeded').due('deadline'),
      (scenario) => scenario.verified('FAILED', { worsened: true }),
    ],
    [
      'help in part',
      () => down().completed('succeeded').due('deadline'),
      (scenario) => scenario.verified('PARTIAL_SUCCESS'),
    ],
    [
      'a relapse',
      () => down().completed('succeeded').due('deadline'),
      (scenario) => scenario.verified('PARTIAL_SUCCESS', { relapsed: true }),
    ],
    ['no proof', () => down().completed('succeeded').due('deadline'), (scenario) => scenario.verified('UNCERTAIN')],
  ])('%s', (_what, begin, answer) => {
    const scenario = take(begin());
    expect(scenario.incident.status).toBe('escalated');
    const effects = (): number =>
      scenario.all('remediation.requested').length + scenario.all('remediation.rollback.requested').length;
    const before = effects();
    answer(scenario.wait(1_000));
    expect([scenario.incident.status, effects()]).toEqual(['escalated', before]);
    expect(scenario.incident.decisions.at(-1)).toMatchObject({ code: 'with_humans' });
    expect(scenario.types).toContain('incident.updated');
  });

  test('a rollback that failed is told all the same', () => {
    const scenario = take(rollingBack().due('deadline')).rolledBack('failed');
    expect(scenario.types).toContain('escalation.requested');
    expect(scenario.incident.status).toBe('escalated');
  });
});

describe('somebody took the incident while an attempt ran', () => {
  test.each<[string, (scenario: Scenario) => Scenario]>([
    ['failed', (scenario) => scenario.completed('failed')],
    ['did not help', (scenario) => scenario.completed('succeeded').verified('FAILED')],
    [
      'helped, and it came back',
      (scenario) => scenario.completed('succeeded').verified('PARTIAL_SUCCESS', { relapsed: true }),
    ],
    ['helped in part', (scenario) => scenario.completed('succeeded').verified('PARTIAL_SUCCESS').due('monitoring')],
  ])('it %s: nothing else is tried beside their hands, and they are told', (_how, end) => {
    const scenario = end(down().acknowledge('ada'));
    expect([scenario.incident.status, scenario.incident.attempts.length]).toEqual(['escalated', 1]);
    expect(scenario.incident.escalations.at(-1)?.reason).toContain('ada has taken this incident');
  });

  test('it is undone, and nothing else is tried', () => {
    const scenario = down([undoable, second]).acknowledge('ada').completed('succeeded').verified('FAILED');
    expect(scenario.types).toContain('remediation.rollback.requested');
    scenario.rolledBack('succeeded');
    expect([scenario.incident.status, scenario.incident.attempts.length]).toEqual(['escalated', 1]);
  });
});
