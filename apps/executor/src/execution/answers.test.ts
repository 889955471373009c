import { completeExecution, newRecord, recordIntent, recordResult } from '@cortex/execution';
import { expect, it } from 'vitest';
import { remediationOf } from '../test/remediation.ts';
import { answerFrom } from './answers.ts';
import { Journal } from './journal.ts';

const asked = remediationOf({ targets: [{ instance: 'shop-1' }], steps: [{ action: 'no_op' }] });
const at = new Date(asked.requestedAt);
const ended = { outcome: 'succeeded', reason: 'all steps ended' } as const;
const refused = { outcome: 'refused', refusedBy: 'kill_switch', reason: 'it is on' } as const;

function worked() {
  const [step] = asked.playbook.steps;
  const [target] = asked.targets;
  if (step === undefined || target === undefined) throw new RangeError('a step and a target');
  const place = { phase: 'remediation', step: 1, target } as const;
  const intended = recordIntent(newRecord(asked, at), { ...place, attempt: 1 }, { token: 1, before: {}, at });
  return recordResult(intended, place, step, { outcome: 'succeeded', detail: 'done', at });
}

const typesOf = (record: Parameters<typeof completeExecution>[0]): readonly string[] | undefined =>
  answerFrom(Journal.begin({} as never, record), asked)?.map(({ type }) => type);

it('tells again all that was done, because what told it first may have died before it was out', () => {
  expect(typesOf(completeExecution(worked(), ended, at))).toEqual([
    'remediation.started',
    'remediation.step.completed',
    'remediation.completed',
  ]);
});

it('tells of nothing but the refusal where nothing was begun', () => {
  expect(typesOf(completeExecution(newRecord(asked, at), refused, at))).toEqual(['remediation.completed']);
});

it('leaves to the execution what has not ended', () => {
  expect(typesOf(worked())).toBeUndefined();
});
