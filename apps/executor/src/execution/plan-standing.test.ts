import { createHash } from 'node:crypto';
import type { Approval, Incident, Remediation } from '@cortex/contracts';
import { textOfPlan } from '@cortex/execution';
import { expect, it } from 'vitest';
import { incidentOf } from '../test/incident.ts';
import { remediationOf } from '../test/remediation.ts';
import { whySuperseded, whyUnapproved } from './plan-standing.ts';

const plan = (change: Partial<Remediation> = {}): Remediation => ({
  ...remediationOf({ executionId: 'run-1', targets: [{ instance: 'shop-1' }], steps: [{ action: 'no_op' }] }),
  ...change,
});

const approved = plan({ approvalId: 'a1' });

function approvalOf(change: Partial<Approval> = {}, { playbook, targets, dryRun } = approved): Approval {
  const executionId = change.executionId ?? 'run-1';
  return {
    approvalId: 'a1',
    executionId,
    planHash: createHash('sha256')
      .update(textOfPlan({ playbook, targets, dryRun, service: 'shop', executionId }))
      .digest('hex'),
    playbookId: playbook.id,
    targets: [],
    reason: 'it is asked for',
    requestedAt: approved.requestedAt,
    expiresAt: new Date(Date.parse(approved.requestedAt) + 60_000).toISOString(),
    requiredApprovals: 1,
    grantedBy: ['ada'],
    status: 'granted',
    ...change,
  };
}

const now = new Date(approved.requestedAt);
const incident = (change: Partial<Incident>): Incident => incidentOf(approved, change);
function attemptOf({ attempts: [attempt] }: Incident): Incident['attempts'][number] {
  if (attempt === undefined) throw new RangeError('no attempt');
  return attempt;
}

const why = (change: Partial<Incident>, remediation = approved): string | undefined =>
  whyUnapproved(remediation, incident(change), now);

it('accepts an approval of this plan that is still valid', () => {
  expect(why({ approval: approvalOf() })).toBeUndefined();
});

it.each<[string, Partial<Incident>, RegExp]>([
  ['that is not on record', {}, /not on record/],
  ['that is another one', { approval: approvalOf({ approvalId: 'a2' }) }, /not on record/],
  ['that was denied', { approval: approvalOf({ status: 'denied' }) }, /is denied/],
  ['that was withdrawn', { approval: approvalOf({ status: 'withdrawn' }) }, /is withdrawn/],
  ['that lacks a second person', { approval: approvalOf({ status: 'pending' }) }, /is pending/],
  ['that has expired', { approval: approvalOf({ expiresAt: now.toISOString() }) }, /expired at/],
  ['of another plan', { approval: approvalOf({ planHash: 'f00' }) }, /another plan/],
  [
    'that another execution has used',
    {
      approval: approvalOf({ executionId: 'run-0' }),
      attempts: [{ ...attemptOf(incident({})), executionId: 'run-0', outcome: 'failed' }, ...incident({}).attempts],
    },
    /has run/,
  ],
])('does not accept an approval %s', (_what, change, reason) => {
  expect(why(change)).toMatch(reason);
});

it('accepts the approval of an execution that was refused before its first step', () => {
  const own = attemptOf(incident({}));
  const attempts = [{ ...own, executionId: 'run-0', outcome: 'refused' as const }, own];
  expect(why({ approval: approvalOf({ executionId: 'run-0' }), attempts })).toBeUndefined();
});

it('wants an approval where the playbook asks for one, but for a dry run', () => {
  const bare = plan();
  const asking = {
    ...bare,
    playbook: { ...bare.playbook, safety: { ...bare.playbook.safety, requireApproval: true } },
  };
  expect(whyUnapproved(asking, incident({}), now)).toMatch(/needs an approval/);
  expect(whyUnapproved({ ...asking, dryRun: true }, incident({}), now)).toBeUndefined();
  expect(whyUnapproved(bare, undefined, now)).toBeUndefined();
});

it('takes a record from before the plan for no objection, and one from after it for what it says', () => {
  const before = { attempts: [], updatedAt: new Date(now.getTime() - 1).toISOString() };
  expect(whySuperseded(approved, incident(before))).toBeUndefined();
  expect(whySuperseded(approved, incident({ attempts: [] }))).toMatch(/another plan/);
  expect(whySuperseded(approved, incident({ ...before, status: 'resolved' }))).toMatch(/is over/);
});

it('lets an acknowledgement from before the plan pass, and none from after it', () => {
  const taken = (ms: number): Partial<Incident> => ({
    acknowledgedBy: 'ada',
    acknowledgedAt: new Date(now.getTime() + ms).toISOString(),
  });
  expect(whySuperseded(approved, incident(taken(-1)))).toBeUndefined();
  expect(whySuperseded(approved, incident(taken(1)))).toMatch(/ada has taken/);
});
