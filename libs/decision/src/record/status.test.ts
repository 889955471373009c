import { IncidentStatus } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { moveTo, statusChanges } from './status.ts';
import { type Work, continueWork } from './work.ts';

function workIn(status: IncidentStatus): Work {
  const scenario = new Scenario().health('shop-1', 'UNHEALTHY');
  const input = {
    id: scenario.nextId(),
    type: 'health.changed' as const,
    data: scenario.healthChange('shop-1', 'UNHEALTHY', ['process_running']),
  };
  const { incident } = scenario;
  const record = { incident: { ...incident, status }, applied: [], memory: {} };
  return continueWork(record, input, scenario.facts, scenario.now);
}

const all = IncidentStatus.options;
const mayGo = (from: IncidentStatus, to: IncidentStatus): boolean => from === to || statusChanges[from].includes(to);

test.each(all)('from %s it goes where the table says', (from) => {
  for (const to of all.filter((status) => mayGo(from, status))) {
    const work = workIn(from);
    moveTo(work, to, 'it moved');
    expect([work.incident.status, work.changes]).toEqual([to, ['it moved']]);
  }
});

test.each(all)('from %s it goes nowhere else', (from) => {
  expect.hasAssertions();
  for (const to of all.filter((status) => !mayGo(from, status))) {
    const work = workIn(from);
    expect(() => moveTo(work, to)).toThrow(`an incident cannot go from ${from} to ${to}`);
    expect(work.incident.status).toBe(from);
  }
  expect(mayGo(from, from)).toBe(true);
});

test('what has ended stays ended', () => {
  expect(statusChanges.resolved).toEqual([]);
});
