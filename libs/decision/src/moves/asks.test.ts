import { expect, test } from 'vitest';
import { makePlaybook, Scenario } from '../testing/scenario.ts';

const asked = (scenario: Scenario): readonly (string | undefined)[] =>
  scenario.all('escalation.requested').map(({ data }) => ('asks' in data ? data.asks : undefined));

test('a question for approval is told to whoever may answer it, in the same words when it is asked again', () => {
  const scenario = new Scenario({
    playbooks: [makePlaybook({ safety: { requireApproval: true } })],
  });
  scenario.health('shop-1', 'UNHEALTHY');
  expect(scenario.incident.status).toBe('awaiting_approval');
  expect(asked(scenario)).toEqual([`approve ${scenario.incident.approval?.playbookId} as attempt 1`]);
});

test('what is handed over is asked once, and again after a further attempt', () => {
  const untried = new Scenario({ playbooks: [] });
  untried.health('shop-1', 'UNHEALTHY');
  expect(asked(untried)).toEqual(['take over']);
  const tried = new Scenario();
  tried.health('shop-1', 'UNHEALTHY').wait(1_000).completed('ambiguous');
  expect(asked(tried)).toEqual(['take over after attempt 1']);
});

test('a channel that cannot send pages is an incident of Cortex itself, which people are called for, and ends when it sends', () => {
  const scenario = new Scenario();
  const instance = 'pages-ann-0-webhook';
  scenario.health(instance, 'UNHEALTHY', ['webhook'], 'cortex');
  expect(scenario.incident).toMatchObject({ service: 'cortex', status: 'escalated', severity: 'SEV2' });
  expect(asked(scenario)).toEqual(['take over']);
  scenario.wait(60_000).health(instance, 'HEALTHY', [], 'cortex').due('quiet');
  expect(scenario.incident.status).toBe('resolved');
});
