import type { Contact, EscalationPolicy, EscalationRecord, EventData } from '@cortex/contracts';
import { EscalationRecord as RecordSchema } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { choosePolicy, defaultLimits, markReported, stepEscalation, unreported } from './index.ts';
import type { EscalationInput, EscalationSettings } from './index.ts';

const start = Date.parse('2026-03-01T00:00:00.000Z');
const minute = 60_000;
const at = (ms: number): string => new Date(start + ms).toISOString();
const incidentId = '018f0000-0000-7000-8000-000000000001';

const contact = (name: string, ...types: string[]): Contact => ({
  name,
  channels: types.map((type) => ({ type, params: {} })),
});
const critical: EscalationPolicy = {
  id: 'policy_001',
  name: 'Critical Infrastructure',
  appliesTo: ['database_cluster'],
  severities: [],
  chain: [
    { level: 1, delayMs: 0, condition: 'always', notify: ['sre'] },
    { level: 2, delayMs: 5 * minute, condition: 'not_acknowledged', notify: ['lead'] },
    { level: 3, delayMs: 15 * minute, condition: 'not_resolved', notify: ['manager'] },
  ],
};
const settings: EscalationSettings = {
  ...defaultLimits,
  policies: [critical],
  contacts: [
    contact('sre', 'webhook'),
    contact('lead', 'webhook'),
    contact('manager', 'webhook', 'log'),
    contact('dba', 'log'),
  ],
};

function request(changes: Partial<EventData<'escalation.requested'>> = {}): EventData<'escalation.requested'> {
  return {
    escalationId: 'e1',
    incidentId,
    service: 'orders-db',
    serviceKind: 'database_cluster',
    severity: 'SEV1',
    title: 'orders-db is down',
    reason: 'remediation failed',
    details: '',
    notify: [],
    urgent: false,
    requestedAt: at(0),
    ...changes,
  };
}

function requested(changes: Partial<EventData<'escalation.requested'>> = {}, id = 'event-1'): EscalationInput {
  const data = request(changes);
  return { kind: 'requested', event: { id, source: '/cortex/decision', time: data.requestedAt }, request: data };
}

/** Runs inputs at their times; every page is delivered at once. Returns who was notified when, `contact@minutes`. */
function run(inputs: readonly (readonly [number, EscalationInput])[], untilMs = 4 * 60 * minute) {
  let record: EscalationRecord | undefined;
  const told: string[] = [];
  const queue = [...inputs];
  let now = 0;
  const apply = (input: EscalationInput): string | undefined => {
    const result = stepEscalation(record, input, settings, at(now));
    record = result.record;
    if (record !== undefined) RecordSchema.parse(record);
    for (const order of result.notify) {
      told.push(`${order.notification.contact}@${now / minute}`);
      apply({ kind: 'sent', key: order.notification.key, outcome: { delivered: true, detail: 'ok' } });
    }
    return result.timers[0]?.dueAt;
  };
  while (now <= untilMs) {
    const due = record === undefined ? undefined : apply({ kind: 'due' });
    const next = queue[0];
    const dueMs = due === undefined ? Number.POSITIVE_INFINITY : Date.parse(due) - start;
    if (next !== undefined && next[0] <= dueMs) {
      now = Math.max(now, next[0]);
      queue.shift();
      apply(next[1]);
    } else if (dueMs === Number.POSITIVE_INFINITY) {
      break;
    } else {
      now = Math.max(now, dueMs);
    }
  }
  return { record, told };
}

describe('stepEscalation', () => {
  it('notifies every level at its delay from the trigger, then repeats the last one five times', () => {
    const { record, told } = run([[0, requested()]]);
    expect(told).toEqual([
      'sre@0',
      'lead@5',
      'manager@15',
      'manager@15',
      ...[45, 75, 105, 135, 165].flatMap((time) => [`manager@${time}`, `manager@${time}`]),
    ]);
    expect(record?.status).toBe('exhausted');
  });

  it('measures delays from the trigger even when the request arrives late', () => {
    const { told } = run([[4 * minute, requested()]], 10 * minute);
    expect(told).toEqual(['sre@4', 'lead@5']);
  });

  it('stops levels that wait for not_acknowledged once somebody acknowledged, and goes on with not_resolved', () => {
    const ack: EscalationInput = { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(2 * minute) };
    const { record, told } = run([
      [0, requested()],
      [2 * minute, ack],
    ]);
    expect(told).toEqual(['sre@0', 'manager@15', 'manager@15']);
    expect(record).toMatchObject({ status: 'acknowledged', acknowledgedBy: 'kim' });
  });

  it('notifies nobody after the incident is resolved', () => {
    const { record, told } = run([
      [0, requested()],
      [6 * minute, { kind: 'resolved', eventId: 'r', at: at(6 * minute) }],
    ]);
    expect(told).toEqual(['sre@0', 'lead@5']);
    expect(record).toMatchObject({ status: 'resolved', endedAt: at(6 * minute) });
  });

  it('notifies the contacts of the playbook at once beside level 1, and nobody twice', () => {
    const { told } = run([[0, requested({ notify: ['dba', 'sre', 'dba'] })]], minute);
    expect(told).toEqual(['dba@0', 'sre@0']);
  });

  it('notifies only the contacts of the playbook when no chain is to begin, once', () => {
    const { record, told } = run([[0, requested({ notify: ['dba'], onlyNotify: true })]]);
    expect(told).toEqual(['dba@0']);
    expect(record?.status).toBe('exhausted');
  });

  it('begins the chain when there are no contacts, and for a later request that is for the chain', () => {
    expect(run([[0, requested({ onlyNotify: true })]], minute).told).toEqual(['sre@0']);
    const later = requested({ escalationId: 'e2', requestedAt: at(6 * minute) }, 'event-2');
    const { told } = run(
      [
        [0, requested({ notify: ['dba'], onlyNotify: true })],
        [6 * minute, later],
      ],
      12 * minute,
    );
    expect(told).toEqual(['dba@0', 'sre@6', 'lead@11']);
  });

  it('does not change a running chain when only the contacts of a playbook are to be notified', () => {
    const later = requested(
      { escalationId: 'e2', requestedAt: at(minute), notify: ['dba'], onlyNotify: true },
      'event-2',
    );
    expect(
      run(
        [
          [0, requested()],
          [minute, later],
        ],
        6 * minute,
      ).told,
    ).toEqual(['sre@0', 'dba@1', 'lead@5']);
  });

  it('adds one page to a running chain when a further request is not urgent', () => {
    const { told } = run(
      [
        [0, requested()],
        [6 * minute, requested({ escalationId: 'e2', requestedAt: at(6 * minute) }, 'event-2')],
      ],
      20 * minute,
    );
    expect(told).toEqual(['sre@0', 'lead@5', 'lead@6', 'manager@15', 'manager@15']);
  });

  it.each([{ urgent: true }, { severity: 'SEV0' as const }])(
    'starts the chain again, acknowledged or not, for %o',
    (change) => {
      const { told, record } = run(
        [
          [0, requested()],
          [minute, { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(minute) }],
          [20 * minute, requested({ escalationId: 'e2', requestedAt: at(20 * minute), ...change }, 'event-2')],
        ],
        36 * minute,
      );
      expect(told).toEqual(['sre@0', 'manager@15', 'manager@15', 'sre@20', 'lead@25', 'manager@35', 'manager@35']);
      expect(record?.status).toBe('active');
    },
  );

  it('does not count an acknowledgement given before an urgent request', () => {
    const early: EscalationInput = { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(-minute) };
    expect(
      run(
        [
          [0, requested({ urgent: true })],
          [minute, early],
        ],
        6 * minute,
      ).told,
    ).toEqual(['sre@0', 'lead@5']);
  });

  it('takes an answer from the incident itself when its event is late', () => {
    const facts = { acknowledged: { by: 'kim', at: at(minute) } };
    const first = stepEscalation(undefined, requested(), settings, at(0)).record;
    const { record, notify } = stepEscalation(first, { kind: 'due', incident: facts }, settings, at(5 * minute));
    expect(notify.map((order) => order.notification.contact)).not.toContain('lead');
    expect(record?.status).toBe('acknowledged');
  });

  it('never repeats a SEV3 page', () => {
    expect(run([[0, requested({ severity: 'SEV3' })]]).told).toEqual(['sre@0', 'lead@5', 'manager@15', 'manager@15']);
  });

  it('ignores answers to an incident that was never escalated', () => {
    expect(
      stepEscalation(undefined, { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(0) }, settings, at(0)),
    ).toEqual({
      record: undefined,
      notify: [],
      timers: [],
    });
  });

  it('sends a page again with the same key after a failure that may pass, no sooner than the receiver asks', () => {
    const first = stepEscalation(undefined, requested(), settings, at(0));
    const key = first.notify[0]?.notification.key ?? '';
    const outcome = { delivered: false, retryable: true, detail: '429', retryAfterMs: 7_000 };
    const failed = stepEscalation(first.record, { kind: 'sent', key, outcome }, settings, at(1_000));
    expect(failed.notify).toEqual([]);
    expect(failed.timers).toEqual([{ dueAt: at(8_000) }]);
    const again = stepEscalation(failed.record, { kind: 'due' }, settings, at(8_000));
    expect(again.notify.map((order) => [order.notification.key, order.notification.attempts])).toEqual([[key, 2]]);
  });

  it('sends a claimed page again when its sender never reported back', () => {
    const first = stepEscalation(undefined, requested(), settings, at(0));
    expect(stepEscalation(first.record, { kind: 'due' }, settings, at(1_000)).notify).toEqual([]);
    const again = stepEscalation(first.record, { kind: 'due' }, settings, at(settings.claimMs));
    expect(again.notify.map((order) => order.notification.key)).toEqual([first.notify[0]?.notification.key]);
  });

  it('gives up a page at once when the receiver refuses it permanently, and reports it once', () => {
    const first = stepEscalation(undefined, requested(), settings, at(0));
    const key = first.notify[0]?.notification.key ?? '';
    const failed = stepEscalation(
      first.record,
      { kind: 'sent', key, outcome: { delivered: false, detail: '404' } },
      settings,
      at(0),
    ).record as EscalationRecord;
    expect(unreported(failed).map((page) => [page.key, page.status, page.detail])).toEqual([
      [key, 'failed', 'given up: 404'],
    ]);
    const reported = markReported(failed, [key]);
    expect(unreported(reported)).toEqual([]);
  });

  it('withdraws a page whose condition ceased to hold, and keeps trying one without a condition', () => {
    const down = { delivered: false, retryable: true, detail: 'refused' };
    let { record, notify } = stepEscalation(undefined, requested(), settings, at(0));
    const level1 = notify[0]?.notification.key ?? '';
    record = stepEscalation(record, { kind: 'sent', key: level1, outcome: down }, settings, at(0)).record;
    ({ record, notify } = stepEscalation(record, { kind: 'due' }, settings, at(5 * minute)));
    const level2 = notify.find((order) => order.notification.level === 2)?.notification.key;
    ({ record, notify } = stepEscalation(
      record,
      { kind: 'resolved', eventId: 'r', at: at(5 * minute) },
      settings,
      at(6 * minute),
    ));
    expect(notify.map((order) => order.notification.key)).toEqual([level1]);
    expect(record?.notifications.find((page) => page.key === level2)).toMatchObject({
      status: 'failed',
      detail: 'withdrawn: the incident is resolved',
    });
  });

  it('shows a contact that the configuration does not know as a failed page', () => {
    const { record } = stepEscalation(undefined, requested({ notify: ['ghost'] }), settings, at(0));
    expect(record?.notifications[0]).toMatchObject({ contact: 'ghost', status: 'failed' });
  });
});

describe('choosePolicy', () => {
  const policy = (
    id: string,
    appliesTo: string[],
    severities: EscalationPolicy['severities'] = [],
  ): EscalationPolicy => ({
    ...critical,
    id,
    appliesTo,
    severities,
  });

  it.each([
    [
      'the service before its kind',
      [policy('kind', ['database_cluster']), policy('service', ['orders-db'])],
      'service',
    ],
    ['the kind before the policy of all', [policy('rest', []), policy('kind', ['database_cluster'])], 'kind'],
    ['the policy of all when no other claims it', [policy('other', ['web']), policy('rest', [])], 'rest'],
    [
      'the one that lists the severity',
      [policy('low', ['orders-db'], ['SEV3']), policy('high', ['orders-db'], ['SEV1'])],
      'high',
    ],
    [
      'the policy of all when the claimant leaves the severity out',
      [policy('low', ['orders-db'], ['SEV3']), policy('rest', [])],
      'rest',
    ],
    ['everybody when nothing fits', [policy('low', ['orders-db'], ['SEV3'])], 'everybody'],
  ] as const)('takes %s', (_, policies, expected) => {
    expect(choosePolicy(request(), { ...settings, policies }).id).toBe(expected);
  });
});
