import { IncidentStatus } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { IllegalStatusError, moveTo, statusChanges } from './status.ts';
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

test.each(IncidentStatus.options)('from %s it goes where the table says, and nowhere else', (from) => {
  for (const to of IncidentStatus.options) {
    const work = workIn(from);
    if (from === to || statusChanges[from].includes(to)) {
      moveTo(work, to, 'it moved');
      expect([work.incident.status, work.changes]).toEqual([to, ['it moved']]);
    } else {
      expect(() => moveTo(work, to)).toThrow(IllegalStatusError);
      expect(work.incident.status).toBe(from);
    }
  }
});

test('what has ended stays ended', () => {
  expect(statusChanges.resolved).toEqual([]);
});
