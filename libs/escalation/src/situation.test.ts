import type { Incident } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { describeSituation } from './describe-situation.ts';
import { situationOf } from './situation.ts';

const incident = {
  status: 'escalated',
  startedAt: '2026-03-02T10:00:00.000Z',
  attempts: [],
  decisions: [],
  signals: [
    {
      active: true,
      summary: 'shallow check failed three times in a row: notes-http',
      target: { service: 'notes', instance: 'notes-1' },
      findings: ['notes-http: http://10.0.0.7:8080/health answered 500'],
    },
    { active: false, summary: 'over by now', target: { service: 'notes' }, findings: ['gone: refused'] },
    { active: true, summary: 'errors_per_s is high', target: { service: 'notes' } },
  ],
} as unknown as Incident;

test('a page says of each thing that is wrong what its checks answered, and of which instance', () => {
  const situation = situationOf(incident, []);
  expect(situation.wrong).toEqual([
    'shallow check failed three times in a row: notes-http',
    'notes-1: notes-http: http://10.0.0.7:8080/health answered 500',
    'errors_per_s is high',
  ]);
  expect(describeSituation(situation)).toContain('- notes-1: notes-http: http://10.0.0.7:8080/health answered 500');
});

test('of what was tried it says what the last step did, for that may say why the trouble began', () => {
  const step = {
    detail: 'it was not running; its last line in /var/log/notes.log: out of memory; process 7 is running',
  };
  const attempt = {
    playbookId: 'restart',
    targets: [],
    requestedAt: '2026-03-02T10:00:01.000Z',
    outcome: 'succeeded',
    verification: 'FAILED',
    steps: [step],
  };
  const situation = situationOf({ ...incident, attempts: [attempt] } as unknown as Incident, []);
  expect(situation.tried.map(({ result }) => result)).toEqual([`succeeded: ${step.detail}; verification FAILED`]);
});
