import type { Contact, EscalationPolicy, EscalationRecord, EventData } from '@cortex/contracts';
import { EscalationRecord as RecordSchema } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { choosePolicy, defaultLimits, markReported, stepEscalation, unreported } from './index.ts';
import type { EscalationInput, EscalationSettings } from './index.ts';

const start = Date.parse('2026-03-01T00:00:00.000Z');
const minute = 60_000;
const at = (ms: number): string => new Date(start + ms).toISOString();
const incidentId = '018f0000-0000-7000-8000-000000000001';

const contactOf = (name: string, ...types: string[]): Contact => ({
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
const noHold = { SEV0: 0, SEV1: 0, SEV2: 0, SEV3: 0 };
const settings: EscalationSettings = {
  ...defaultLimits,
  paging: { holdMs: noHold, reminder: { everyMs: 30 * minute, times: 5 } },
  policies: [critical],
  contacts: [
    contactOf('sre', 'webhook'),
    contactOf('lead', 'webhook'),
    contactOf('manager', 'webhook', 'log'),
    contactOf('dba', 'log'),
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
function run(
  inputs: readonly (readonly [number, EscalationInput])[],
  untilMs = 4 * 60 * minute,
  chosen: EscalationSettings = settings,
) {
  let record: EscalationRecord | undefined;
  const told: string[] = [];
  const queue = [...inputs];
  let now = 0;
  const apply = (input: EscalationInput): string | undefined => {
    const result = stepEscalation(record, input, chosen, at(now));
    record = result.record;
    if (record !== undefined) RecordSchema.parse(record);
    for (const order of result.notify) {
      const { contact, kind } = order.notification;
      told.push(`${contact}@${now / minute}${kind === 'resolved' ? ' resolved' : ''}`);
      apply({ kind: 'sent', key: order.notification.key, outcome: { delivered: true, detail: 'ok' } });
      if (record !== undefined) record = markReported(record, [order.notification.key]);
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
  it('notifies every level of a SEV2 at its delay from the trigger, then repeats the last one five times', () => {
    const { record, told } = run([[0, requested({ severity: 'SEV2' })]]);
    expect(told).toEqual([
      'sre@0',
      'lead@5',
      'manager@15',
      'manager@15',
      ...[45, 75, 105, 135, 165].flatMap((time) => [`manager@${time}`, `manager@${time}`]),
    ]);
    expect(record?.status).toBe('exhausted');
  });

  describe.each(['SEV0', 'SEV1'] as const)('a %s that nobody answers', (severity) => {
    const patient = {
      ...settings,
      paging: {
        ...settings.paging,
        reminder: { firstMs: 10 * minute, everyMs: 60 * minute, times: 0 },
        fallback: 'dba',
      },
    };
    const grave = requested({ severity });

    it('is told again: to the whole chain, then to all of the policy and the fallback contact, in growing waits', () => {
      const { record, told } = run([[0, grave]], 4 * 60 * minute, patient);
      const chainAgain = ['sre@25', 'lead@30', 'manager@40', 'manager@40'];
      const everybody = (time: number) => ['sre', 'lead', 'manager', 'manager', 'dba'].map((name) => `${name}@${time}`);
      expect(told).toEqual([
        'sre@0',
        'lead@5',
        'manager@15',
        'manager@15',
        ...chainAgain,
        ...[60, 100, 160, 220].flatMap(everybody),
      ]);
      expect(record?.status).toBe('active');
    });

    it('is still told after weeks, in a record that grows little', () => {
      const { record, told } = run([[0, grave]], 30 * 24 * 60 * minute, patient);
      expect(told.at(-1)).toBe(`dba@${30 * 24 * 60 - 20}`);
      expect(record?.status).toBe('active');
      expect(JSON.stringify(record).length).toBeLessThan(400_000);
      const end: EscalationInput = { kind: 'resolved', eventId: 'r', at: at(0) };
      const { notify } = stepEscalation(record, end, patient, at(31 * 24 * 60 * minute));
      expect(notify.map(({ notification }) => notification.contact)).toEqual([
        'sre',
        'lead',
        'manager',
        'manager',
        'dba',
      ]);
    });

    it('is told no further once somebody answered', () => {
      const ack: EscalationInput = { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(61 * minute) };
      const { told } = run([[0, grave], [61 * minute, ack]], 9 * 60 * minute, patient); // prettier-ignore
      expect(told.at(-1)).toBe('dba@60');
    });

    it('is told to the chain even when the first request was for the contacts of a playbook alone', () => {
      const only = requested({ severity, notify: ['dba'], onlyNotify: true });
      expect(run([[0, only]], 20 * minute, patient).told).toEqual(['dba@0', 'dba@10', 'sre@10', 'lead@15']);
    });
  });

  it('brings what somebody acknowledged and did not end to mind, so many times', () => {
    const reminder = { everyMs: 30 * minute, acknowledgedMs: 60 * minute, times: 2 };
    const chosen = { ...settings, paging: { ...settings.paging, reminder } };
    const ack: EscalationInput = { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(2 * minute) };
    const { record, told } = run([[0, requested()], [2 * minute, ack]], 9 * 60 * minute, chosen); // prettier-ignore
    const managers = [15, 62, 122].flatMap((time) => [`manager@${time}`, `manager@${time}`]);
    expect(told).toEqual(['sre@0', ...managers]);
    expect(record?.status).toBe('acknowledged');
    expect(record?.notifications.at(-1)?.kind).toBe('reminder');
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

  it('tells whoever was paged that the incident is resolved, once, and notifies nobody else', () => {
    const { record, told } = run([
      [0, requested()],
      [6 * minute, { kind: 'resolved', eventId: 'r', at: at(6 * minute) }],
      [7 * minute, { kind: 'resolved', eventId: 'again', at: at(6 * minute) }],
    ]);
    expect(told).toEqual(['sre@0', 'lead@5', 'sre@6 resolved', 'lead@6 resolved']);
    expect(record).toMatchObject({ status: 'resolved', endedAt: at(6 * minute) });
  });

  it('notifies the contacts of the playbook at once beside level 1, and nobody twice', () => {
    const { told } = run([[0, requested({ notify: ['dba', 'sre', 'dba'] })]], minute);
    expect(told).toEqual(['dba@0', 'sre@0']);
  });

  it('notifies only the contacts of the playbook when no chain is to begin, once', () => {
    const { record, told } = run([[0, requested({ severity: 'SEV2', notify: ['dba'], onlyNotify: true })]]);
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

  it('adds no page for a further request that only says more of the same incident', () => {
    const more = (minutes: number, changes: Partial<EventData<'escalation.requested'>> = {}) =>
      [
        minutes * minute,
        requested({ escalationId: `e${minutes}`, requestedAt: at(minutes * minute), ...changes }, `event-${minutes}`),
      ] as const;
    const { told } = run(
      [[0, requested()], more(1, { reason: 'another reason' }), more(6), more(7, { severity: 'SEV2' })],
      20 * minute,
    );
    expect(told).toEqual(['sre@0', 'lead@5', 'manager@15', 'manager@15']);
  });

  it('adds one update to a running chain for each other thing that people are asked to do', () => {
    const ask = (minutes: number, asks: string) =>
      [
        minutes * minute,
        requested({ escalationId: `e${minutes}`, requestedAt: at(minutes * minute), asks }, `event-${minutes}`),
      ] as const;
    const { told, record } = run(
      [[0, requested()], ask(6, 'approve restart'), ask(7, 'approve restart'), ask(8, 'take over')],
      20 * minute,
    );
    expect(told).toEqual(['sre@0', 'lead@5', 'sre@6', 'lead@6', 'sre@8', 'lead@8', 'manager@15', 'manager@15']);
    const kinds = record?.notifications.map(({ kind }) => kind);
    expect(kinds).toEqual(['page', 'page', 'update', 'update', 'update', 'update', 'page', 'page']);
    // A level that comes later is told of what is asked by then.
    expect(record?.notifications.map(({ escalationId }) => escalationId)).toEqual([
      'e1',
      'e1',
      'e6',
      'e6',
      'e8',
      'e8',
      'e8',
      'e8',
    ]);
  });

  it('still tells the contacts of a further request who were not told before', () => {
    const later = requested({ escalationId: 'e2', requestedAt: at(minute), notify: ['sre', 'dba'] }, 'event-2');
    const { told } = run(
      [
        [0, requested()],
        [minute, later],
      ],
      2 * minute,
    );
    expect(told).toEqual(['sre@0', 'dba@1']);
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

  it.each([
    ['before it, by a clock that is ahead', 6, 10 * minute, ['sre@0', 'lead@5']],
    ['after it, by a clock that is behind', 8, -10 * minute, ['sre@0']],
  ])('tells answers to an urgent request by their place in the stream: %s', (_, sequence, aheadMs, expected) => {
    const ask = requested({ urgent: true });
    const urgent = { ...ask, event: { ...('event' in ask ? ask.event : undefined), sequence: 7 } } as EscalationInput;
    const ack: EscalationInput = { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(minute + aheadMs), sequence };
    expect(run([[0, urgent], [minute, ack]], 6 * minute).told).toEqual(expected); // prettier-ignore
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

  it('withdraws what is not delivered by the end of the incident, and tells of the end whom an attempt may have reached', () => {
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
    expect(notify.map(({ notification: { contact, kind } }) => [contact, kind])).toEqual([
      ['sre', 'resolved'],
      ['lead', 'resolved'],
    ]);
    for (const key of [level1, level2]) {
      expect(record?.notifications.find((page) => page.key === key)).toMatchObject({
        status: 'failed',
        detail: 'withdrawn: the incident is resolved',
      });
    }
  });

  it('shows a contact that the configuration does not know as a failed page', () => {
    const { record } = stepEscalation(undefined, requested({ notify: ['ghost'] }), settings, at(0));
    expect(record?.notifications[0]).toMatchObject({ contact: 'ghost', status: 'failed' });
  });
});

describe('an attempt that is under way when the incident ends', () => {
  const end: EscalationInput = { kind: 'resolved', eventId: 'r', at: at(1_000) };
  const begun = () => {
    const first = stepEscalation(undefined, requested(), settings, at(0));
    const ended = stepEscalation(first.record, end, settings, at(1_000));
    expect(ended.notify).toEqual([]);
    return { key: first.notify[0]?.notification.key ?? '', record: ended.record };
  };

  it('is waited for: when it arrived, the end is told too', () => {
    const { key, record } = begun();
    const outcome = { delivered: true, detail: 'ok' };
    const { notify } = stepEscalation(record, { kind: 'sent', key, outcome }, settings, at(2_000));
    expect(notify.map(({ notification }) => notification.kind)).toEqual(['resolved']);
  });

  it('is withdrawn when it did not arrive, and nothing is told', () => {
    const { key, record } = begun();
    const outcome = { delivered: false, retryable: true, detail: 'refused' };
    const after = stepEscalation(record, { kind: 'sent', key, outcome }, settings, at(2_000));
    expect(after).toMatchObject({ notify: [], timers: [] });
    expect(after.record?.notifications.map(({ status }) => status)).toEqual(['failed']);
  });

  it('counts as arrived when its sender died', () => {
    const { record } = begun();
    const { notify } = stepEscalation(record, { kind: 'due' }, settings, at(settings.claimMs));
    expect(notify.map(({ notification }) => notification.kind)).toEqual(['resolved']);
  });
});

describe('the hold', () => {
  const paging = { ...settings.paging, holdMs: { ...noHold, SEV1: minute, SEV2: 3 * minute } };
  const holding = { ...settings, paging };

  it('pages nobody for what is over by then', () => {
    const { told } = run(
      [
        [0, requested()],
        [minute - 1, { kind: 'resolved', eventId: 'r', at: at(minute - 1) }],
      ],
      30 * minute,
      holding,
    );
    expect(told).toEqual([]);
  });

  it('pages nobody for what a human took by then, and pages at its end otherwise', () => {
    const ack: EscalationInput = { kind: 'acknowledged', eventId: 'a', by: 'kim', at: at(1) };
    const short = { ...holding, policies: [{ ...critical, chain: critical.chain.slice(0, 2) }] };
    expect(run([[0, requested()], [1, ack]], 30 * minute, short).told).toEqual([]); // prettier-ignore
    expect(run([[0, requested()]], 30 * minute, short).told).toEqual(['sre@1', 'lead@5']);
  });

  it('counts from the opening of the incident, shortens as the severity rises, and lets through what is urgent', () => {
    const opened = { ...requested(), incident: { openedAt: at(-minute / 2) } } as EscalationInput;
    expect(run([[0, opened]], 2 * minute, holding).told).toEqual(['sre@0.5']);
    const raised = requested({ escalationId: 'e2', severity: 'SEV1', requestedAt: at(minute / 2) }, 'event-2');
    const rising = [[0, requested({ severity: 'SEV2' })], [minute / 2, raised]] as const; // prettier-ignore
    expect(run(rising, 4 * minute, holding).told).toEqual(['sre@1.5']);
    expect(run([[0, requested({ urgent: true })]], minute / 2, holding).told).toEqual(['sre@0']);
    const recurring = { asks: 'find its cause', withoutHold: true } as const;
    expect(run([[0, requested(recurring)]], minute / 2, holding).told).toEqual(['sre@0']);
    const later = requested({ ...recurring, escalationId: 'e2', requestedAt: at(2) }, 'event-2');
    expect(run([[0, requested()], [2, later]], minute / 2, holding).told).toEqual([`sre@${2 / minute}`]); // prettier-ignore
  });

  it('sends one page for everything that was asked meanwhile, and it tells of the newest', () => {
    const ask = requested({ escalationId: 'e2', asks: 'take over', requestedAt: at(2) }, 'event-2');
    const { told, record } = run([[0, requested()], [2, ask]], 2 * minute, holding); // prettier-ignore
    expect(told).toEqual(['sre@1']);
    expect(record?.notifications.map(({ escalationId }) => escalationId)).toEqual(['e2']);
  });

  it('waits on while nothing is wrong, for as long as the trouble may return, but not for ever', () => {
    const first = stepEscalation(undefined, requested(), holding, at(0)).record;
    const quiet: EscalationInput = { kind: 'due', incident: { isQuiet: true } };
    const waiting = stepEscalation(first, quiet, holding, at(minute));
    expect(waiting.notify).toEqual([]);
    expect(waiting.record?.untoldFor).toBe('quiet');
    const [timer] = waiting.timers;
    expect(timer?.dueAt).toBe(at(1.5 * minute));
    const back: EscalationInput = { kind: 'due', incident: { isQuiet: false } };
    const told = stepEscalation(waiting.record, back, holding, at(1.5 * minute));
    expect(told.notify).toHaveLength(1);
    expect(told.record?.untoldFor).toBeUndefined();
    expect(stepEscalation(waiting.record, quiet, holding, at(16 * minute)).notify).not.toEqual([]);
    // The levels keep their distance.
    const dueOf = (record: EscalationRecord | undefined) => record?.plan.map(({ dueAt }) => Date.parse(dueAt)) ?? [];
    const [before, after] = [dueOf(first), dueOf(waiting.record)];
    expect(after.map((due) => due - (after[0] ?? 0))).toEqual(before.map((due) => due - (before[0] ?? 0)));
  });
});

describe('a level after the first', () => {
  const quiet: EscalationInput = { kind: 'due', incident: { isQuiet: true } };
  const back: EscalationInput = { kind: 'due', incident: { isQuiet: false } };
  const told = (step: { readonly notify: readonly { readonly notification: { readonly contact: string } }[] }) =>
    step.notify.map(({ notification }) => notification.contact);

  /** The first level is told; the second is due. */
  function secondDue() {
    const first = stepEscalation(undefined, requested(), settings, at(0));
    const key = first.notify[0]?.notification.key ?? '';
    const got: EscalationInput = { kind: 'sent', key, outcome: { delivered: true, detail: 'ok' } };
    const { record, timers } = stepEscalation(first.record, got, settings, at(1_000));
    return { record, dueAt: timers[0]?.dueAt ?? '' };
  }

  it('is not woken for what is over', () => {
    const { record, dueAt } = secondDue();
    const waiting = stepEscalation(record, quiet, settings, dueAt);
    expect(told(waiting)).toEqual([]);
    const end: EscalationInput = { kind: 'resolved', eventId: 'r', at: at(10 * minute) };
    expect(told(stepEscalation(waiting.record, end, settings, at(10 * minute)))).toEqual(['sre']);
  });

  it('is told when the trouble is back', () => {
    const { record, dueAt } = secondDue();
    const waiting = stepEscalation(record, quiet, settings, dueAt);
    expect(told(stepEscalation(waiting.record, back, settings, waiting.timers[0]?.dueAt ?? ''))).not.toEqual([]);
  });
});

describe('the fallback contact', () => {
  const falling = { ...settings, paging: { ...settings.paging, fallback: 'dba' } };

  it('is told what another contact refuses for good, once, and hears of the end', () => {
    const first = stepEscalation(undefined, requested(), falling, at(0));
    const key = first.notify[0]?.notification.key ?? '';
    const refused: EscalationInput = { kind: 'sent', key, outcome: { delivered: false, detail: 'no such variable' } };
    const { record, notify } = stepEscalation(first.record, refused, falling, at(1_000));
    expect(notify.map(({ notification }) => notification)).toMatchObject([
      { contact: 'dba', kind: 'page', level: 1, insteadOf: { contact: 'sre', detail: 'given up: no such variable' } },
    ]);
    const fallbackKey = notify[0]?.notification.key ?? '';
    const got: EscalationInput = { kind: 'sent', key: fallbackKey, outcome: { delivered: true, detail: 'ok' } };
    const after = stepEscalation(record, got, falling, at(2_000));
    expect(after.notify).toEqual([]);
    const end: EscalationInput = { kind: 'resolved', eventId: 'r', at: at(3_000) };
    const last = stepEscalation(after.record, end, falling, at(3_000));
    expect(last.notify.map(({ notification: { contact, kind } }) => [contact, kind])).toEqual([['dba', 'resolved']]);
  });

  it('is told when some attempts have failed, while they go on', () => {
    let { record, notify, timers } = stepEscalation(undefined, requested(), falling, at(0));
    const told: (readonly [string, number])[] = [];
    const down = { delivered: false, retryable: true, detail: 'refused' };
    for (let round = 0; round < 6; round += 1) {
      for (const { notification } of notify) {
        told.push([notification.contact, notification.attempts]);
        const outcome = notification.contact === 'dba' ? { delivered: true, detail: 'ok' } : down;
        const sent: EscalationInput = { kind: 'sent', key: notification.key, outcome };
        const next = stepEscalation(record, sent, falling, timers[0]?.dueAt ?? at(0));
        ({ record } = next);
        for (const order of next.notify) {
          told.push([order.notification.contact, order.notification.attempts]);
          const got: EscalationInput = {
            kind: 'sent',
            key: order.notification.key,
            outcome: { delivered: true, detail: 'ok' },
          };
          ({ record } = stepEscalation(record, got, falling, timers[0]?.dueAt ?? at(0)));
        }
      }
      const now = later(round);
      ({ record, notify, timers } = stepEscalation(record, { kind: 'due' }, falling, now));
    }
    expect(told.filter(([name]) => name === 'dba')).toEqual([['dba', 1]]);
    const before = told.slice(
      0,
      told.findIndex(([name]) => name === 'dba'),
    );
    expect(before.filter(([name]) => name === 'sre').map(([, attempts]) => attempts)).toEqual([1, 2, 3]);
  });

  const later = (round: number): string => at((round + 1) * 5 * minute - 1);
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
