import { expect, test } from 'vitest';
import { stormCall, stormChange } from './storm-view.ts';
import { Scenario } from './testing/scenario.ts';

test('the incident of a storm calls people in the words of the storm, at SEV1 or worse', () => {
  const scenario = new Scenario();
  const since = '2026-03-02T09:58:00.000Z';
  const storm = { services: ['cache', 'shop', 'worker'], worst: 'SEV1' as const, since, size: 0 };
  scenario.apply({ id: scenario.nextId(), type: 'health.changed', data: stormChange(storm, scenario.now) });
  expect(scenario.incident).toMatchObject({ service: 'cortex', status: 'escalated', severity: 'SEV1' });
  const [call, ...others] = scenario.all('escalation.requested').map(({ data }) => data);
  expect(call).toMatchObject({
    severity: 'SEV1',
    reason: expect.stringContaining('3 services are in trouble at once, at worst SEV1, since'),
    asks: 'look at the storm',
  });
  expect(others).toEqual([]);
  expect(stormCall(storm, scenario.incident.id, scenario.now)).toMatchObject({ hasOwnTitle: true });
});
