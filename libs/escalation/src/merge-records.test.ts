import type { EscalationNotification, EscalationRecord } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { mergeRecords } from './index.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString();

function page(key: string, changes: Partial<EscalationNotification>): EscalationNotification {
  return {
    key,
    escalationId: 'e1',
    kind: 'page',
    attempting: false,
    level: 1,
    contact: 'ann',
    channel: 'log',
    position: 0,
    condition: 'always',
    status: 'pending',
    attempts: 1,
    at: at(0),
    detail: '',
    reported: false,
    ...changes,
  };
}

function item(level: number, status: EscalationRecord['plan'][number]['status']): EscalationRecord['plan'][number] {
  return {
    escalationId: 'e1',
    kind: 'page',
    level,
    round: 0,
    dueAt: at(level),
    condition: 'always',
    notify: ['ann'],
    status,
  };
}

function record(changes: Partial<EscalationRecord>): EscalationRecord {
  return {
    request: {
      escalationId: 'e1',
      incidentId: '018f0000-0000-7000-8000-000000000001',
      service: 'shop',
      severity: 'SEV1',
      title: '',
      reason: '',
      details: '',
      notify: [],
      urgent: false,
      requestedAt: at(0),
    },
    policyId: 'p',
    status: 'active',
    triggeredAt: at(0),
    plan: [item(1, 'told'), item(2, 'waiting')],
    notifications: [page('a', {})],
    requests: [],
    asked: [],
    applied: [],
    ...changes,
  };
}

describe('mergeRecords', () => {
  it('keeps notifications and pages of the time when the store was away', () => {
    const local = record({
      plan: [item(1, 'told'), item(2, 'told')],
      notifications: [page('a', { status: 'delivered' }), page('b', { status: 'pending', attempts: 3 })],
    });
    expect(mergeRecords(record({}), local)).toEqual(local);
  });

  it('keeps changes written to the store meanwhile', () => {
    const stored = record({
      status: 'acknowledged',
      acknowledgedBy: 'kim',
      notifications: [page('a', { status: 'delivered', reported: true })],
    });
    const merged = mergeRecords(stored, record({ plan: [...record({}).plan, item(3, 'waiting')] }));
    expect(merged).toMatchObject({ status: 'acknowledged', acknowledgedBy: 'kim' });
    expect(merged.notifications).toEqual(stored.notifications);
    expect(merged.plan.map((each) => each.status)).toEqual(['told', 'waiting', 'skipped']);
  });

  it('takes in what was asked while the store took nothing, also of what was answered before', () => {
    const base = record({});
    const event = { id: 'event-2', source: '/cortex/decision', time: at(1) };
    const request = { ...base.request, escalationId: 'e2', severity: 'SEV0' as const, urgent: true };
    const local = record({
      request,
      requests: [{ event, request }],
      asked: ['take over'],
      applied: ['event-2'],
      acknowledgeFrom: at(1),
    });
    const stored = record({ status: 'acknowledged', acknowledgedBy: 'kim', applied: ['ack'] });
    expect(mergeRecords(stored, local)).toMatchObject({
      status: 'active',
      request,
      requests: [{ event, request }],
      asked: ['take over'],
      applied: ['ack', 'event-2'],
      acknowledgeFrom: at(1),
    });
    expect(mergeRecords(record({ status: 'resolved' }), local).status).toBe('resolved');
  });

  it('changes nothing when it is applied twice', () => {
    const local = record({
      plan: [item(1, 'told'), item(2, 'told')],
      notifications: [page('b', { status: 'failed' })],
    });
    const once = mergeRecords(record({}), local);
    expect(mergeRecords(once, local)).toEqual(once);
  });
});
