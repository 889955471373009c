import { Problem } from '@cortex/api';
import {
  approvalDenied,
  approvalGranted,
  breakerBucket,
  breakerChanged,
  controlBucket,
  controlChanged,
  draft,
  escalationAcknowledged,
  escalationBucket,
  healthBucket,
  incidentCloseRequested,
  journalBucket,
  killSwitchKey,
  maxSilences,
  openIncidentBucket,
  playbookPerformanceBucket,
  Silence,
  silenceBucket,
  verificationCompleted,
  type CortexEvent,
  type EventDefinition,
  type EventType,
  unfreezeBucket,
  targetKey,
} from '@cortex/contracts';
import { eventually, startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRunningConsole, type Answer, type RunningConsole } from '../test/running-console.ts';
import {
  ago,
  idOf,
  resolvedIncident,
  sampleApproval,
  sampleAttempt,
  sampleIncident,
  samplePage,
  sampleVerification,
} from '../test/samples.ts';
import type { ApiDependencies } from './dependencies.ts';
import { allRoutes } from './routes/all-routes.ts';

let nats: ProvisionedNats;
let running: RunningConsole;
const folder = temporaryFolder();

beforeAll(async () => {
  nats = await startProvisionedNats();
  running = await startRunningConsole(nats.url, folder.path);
});
afterAll(async () => {
  await running?.stop();
  await nats?.stop();
  folder.remove();
});

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const problem = Problem.parse(answer.body);
  expect({ status: answer.status, code: problem.code }).toEqual({ status, code });
  expect(problem.fix).not.toBe('');
  expect(problem.cause).not.toBe('');
}

/** What was published of one type since the call. */
async function collect<Type extends EventType>(event: EventDefinition<Type>): Promise<CortexEvent<Type>[]> {
  const events: CortexEvent<Type>[] = [];
  await running.bus.read({ event, from: 'new', handle: (one) => void events.push(one) });
  return events;
}

async function put(...incidents: Parameters<RunningConsole['putIncident']>[0][]): Promise<void> {
  for (const incident of incidents) await running.putIncident(incident);
  await eventually(async () => {
    const { body } = await running.call('GET', '/incidents?limit=1000');
    const seen = new Map(
      (body.incidents as { id: string; updatedAt: string }[]).map((item) => [item.id, item.updatedAt]),
    );
    return incidents.every((incident) => seen.get(incident.id) === incident.updatedAt);
  });
}

describe('incidents', () => {
  test('are listed open ones first, newest first, by status and by service', async () => {
    await put(
      resolvedIncident(101, 1),
      sampleIncident(102, { startedAt: ago(30), service: 'listed' }),
      sampleIncident(103, { startedAt: ago(20), service: 'listed', status: 'escalated' }),
    );
    const all = await running.call('GET', '/incidents?limit=1000');
    const ids = (all.body.incidents as { id: string }[])
      .map((item) => item.id)
      .filter((id) => ['101', '102', '103'].some((n) => id === idOf(Number(n))));
    expect(ids).toEqual([idOf(103), idOf(102), idOf(101)]);
    const escalated = await running.call('GET', '/incidents?status=escalated&service=listed');
    expect(escalated.body).toMatchObject({ total: 1, incidents: [{ id: idOf(103) }] });
    const active = await running.call('GET', '/incidents?status=active&service=listed&limit=1');
    expect(active.body).toMatchObject({ total: 2, incidents: [{ id: idOf(103) }] });
  });

  test('are found by the start of their id; an unknown or ambiguous one says so', async () => {
    await put(sampleIncident(111), { ...sampleIncident(112), id: `${idOf(111).slice(0, 35)}9` });
    expect((await running.call('GET', `/incidents/${idOf(111)}`)).body).toMatchObject({ incident: { id: idOf(111) } });
    expectProblem(await running.call('GET', '/incidents/01900111'), 409, 'CORTEX_API_AMBIGUOUS_ID');
    await put(sampleIncident(113));
    expect((await running.call('GET', '/incidents/01900113')).body).toMatchObject({ incident: { id: idOf(113) } });
    expectProblem(await running.call('GET', '/incidents/ffff'), 404, 'CORTEX_API_NOT_FOUND');
    expectProblem(await running.call('GET', `/incidents/${idOf(9_999)}`), 404, 'CORTEX_API_NOT_FOUND');
    expectProblem(await running.call('GET', '/incidents/01'), 404, 'CORTEX_API_NOT_FOUND');
  });

  test('are explained with nine steps, evidence from the stream and people told, as JSON and as text', async () => {
    const at = ago(1);
    const incident = resolvedIncident(121, 1, {
      escalations: [{ escalationId: 'e-1', at, severity: 'SEV2', reason: 'told anyway', urgent: false }],
    });
    await put(incident);
    await running.bus.publish(
      draft(verificationCompleted, { service: 'shop', incidentId: incident.id, data: sampleVerification(121, at) }),
    );
    const escalations = await running.bus.bucket(escalationBucket);
    await escalations.put(incident.id, {
      request: {
        escalationId: 'e-1',
        incidentId: incident.id,
        service: 'shop',
        severity: 'SEV2',
        title: 'shop',
        reason: 'told anyway',
        details: '',
        notify: [],
        urgent: false,
        requestedAt: at,
      },
      policyId: 'default',
      status: 'resolved',
      triggeredAt: at,
      plan: [],
      requests: [],
      asked: [],
      notifications: [samplePage(at)],
      applied: [],
    });
    const { body, status } = await running.call('GET', `/incidents/${incident.id}/explanation`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ verifications: [{ state: 'SUCCESS', findings: { length: 3 } }] });
    const timeline = body.timeline as { kind: string; title: string; at: string; decision?: { steps: unknown[] } }[];
    const times = timeline.map((entry) => entry.at);
    expect(times).toEqual([...times].sort());
    expect(new Set(timeline.map((entry) => entry.kind))).toEqual(
      new Set(['signal', 'decision', 'attempt', 'step', 'verification', 'escalation', 'notification', 'resolution']),
    );
    for (const entry of timeline.filter((one) => one.decision !== undefined))
      expect(entry.decision?.steps).toHaveLength(9);

    const text = await running.call('GET', `/incidents/${incident.id}/explanation`, undefined, {
      accept: 'text/plain',
    });
    expect(text.headers.get('content-type')).toContain('text/plain');
    expect(text.text).toContain('9 learn           recorded: The outcome was counted');
    expect(text.text).toContain('Told anna by webhook');
    expect(text.text).toContain('no data  short term: error_rate');
  });

  test('an acknowledgement and a closing become events of this incident; a resolved one refuses both', async () => {
    const acknowledged = await collect(escalationAcknowledged);
    const closing = await collect(incidentCloseRequested);
    await put(
      sampleIncident(131),
      resolvedIncident(132, 1),
      sampleIncident(133, { acknowledgedBy: 'anna', acknowledgedAt: ago(1) }),
    );
    const answer = await running.call('POST', '/incidents/01900131/acknowledge', { by: ' anna ', comment: 'on it' });
    expect(answer.status).toBe(202);
    expect(
      (await running.call('POST', '/incidents/01900131/close', { by: 'anna', comment: 'restarted by hand' })).status,
    ).toBe(202);
    await eventually(() => {
      expect(acknowledged).toMatchObject([
        { subject: 'shop', incidentid: idOf(131), data: { by: 'anna', comment: 'on it' } },
      ]);
      expect(closing).toMatchObject([{ incidentid: idOf(131), data: { by: 'anna', comment: 'restarted by hand' } }]);
    });
    expectProblem(
      await running.call('POST', '/incidents/01900132/acknowledge', { by: 'anna' }),
      409,
      'CORTEX_INCIDENT_RESOLVED',
    );
    expectProblem(
      await running.call('POST', '/incidents/01900132/close', { by: 'anna', comment: 'x' }),
      409,
      'CORTEX_INCIDENT_RESOLVED',
    );
    expectProblem(
      await running.call('POST', '/incidents/01900131/close', { by: 'anna', comment: '' }),
      400,
      'CORTEX_API_BAD_REQUEST',
    );
    const again = await running.call('POST', '/incidents/01900133/acknowledge', { by: 'anna' });
    expect(again.status).toBe(202);
    expect(again.body).not.toHaveProperty('eventId');
    expect(acknowledged).toHaveLength(1);
  });

  test('decisions are listed newest first, of all or of one incident', async () => {
    await put(resolvedIncident(141, 2));
    const one = await running.call('GET', '/decisions?incident=01900141');
    expect((one.body.decisions as { decision: { outcome: string } }[]).map(({ decision }) => decision.outcome)).toEqual(
      ['resolve', 'remediate'],
    );
    const all = await running.call('GET', '/decisions?limit=3');
    expect(all.body.decisions).toHaveLength(3);
    expectProblem(await running.call('GET', '/decisions?incident=eeee'), 404, 'CORTEX_API_NOT_FOUND');
  });
});

describe('approvals', () => {
  test('pending ones are listed with their plan, expired and answered ones are not', async () => {
    await put(
      sampleIncident(201, { status: 'awaiting_approval', approval: sampleApproval(201) }),
      sampleIncident(202, { status: 'awaiting_approval', approval: sampleApproval(202, { expiresAt: ago(1) }) }),
      sampleIncident(203, { approval: sampleApproval(203, { status: 'denied' }) }),
    );
    const { body } = await running.call('GET', '/approvals');
    expect(body.approvals).toMatchObject([
      {
        approval: { approvalId: 'approval-201' },
        playbookName: 'Restart the shop',
        steps: [{ action: 'restart_service' }, {}],
      },
    ]);
  });

  test('a double click on approve publishes one answer, bound to the plan', async () => {
    const granted = await collect(approvalGranted);
    await put(sampleIncident(211, { status: 'awaiting_approval', approval: sampleApproval(211) }));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        running.call('POST', '/approvals/approval-211/approve', { by: 'anna', planHash: 'plan-211' }),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202, 202]);
    expect(new Set(answers.map((answer) => answer.body.eventId)).size).toBe(1);
    await eventually(() =>
      expect(granted).toMatchObject([{ data: { approvalId: 'approval-211', planHash: 'plan-211', by: 'anna' } }]),
    );
    expectProblem(
      await running.call('POST', '/approvals/approval-211/reject', { by: 'anna' }),
      409,
      'CORTEX_APPROVAL_NOT_PENDING',
    );
    expect((await running.call('POST', '/approvals/approval-211/approve', { by: 'ben' })).status).toBe(202);
    await eventually(() => expect(granted).toHaveLength(2));
  });

  test('two consoles that take one answer at once publish it once', async () => {
    const other = await startRunningConsole(nats.url, folder.path);
    try {
      const granted = await collect(approvalGranted);
      await put(sampleIncident(215, { status: 'awaiting_approval', approval: sampleApproval(215) }));
      await eventually(async () =>
        expect(JSON.stringify((await other.call('GET', '/approvals')).body)).toContain('approval-215'),
      );
      const answers = await Promise.all(
        [running, other, running, other].map((one) =>
          one.call('POST', '/approvals/approval-215/approve', { by: 'anna', planHash: 'plan-215' }),
        ),
      );
      expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202]);
      expect(new Set(answers.map((answer) => answer.body['eventId'])).size).toBe(1);
      expect((await other.call('POST', '/approvals/approval-215/approve', { by: 'anna' })).body['detail']).toBe(
        'already approved by anna',
      );
      for (const one of [running, other]) {
        const refusal = await one.call('POST', '/approvals/approval-215/reject', { by: 'anna' });
        expectProblem(refusal, 409, 'CORTEX_APPROVAL_NOT_PENDING');
      }
      await other.call('POST', '/approvals/approval-215/approve', { by: 'ben', planHash: 'plan-215' });
      await eventually(() => expect(granted.map(({ data }) => data.by)).toEqual(['anna', 'ben']));
    } finally {
      await other.stop();
    }
  });

  test('a rejection is published with its comment', async () => {
    const denied = await collect(approvalDenied);
    await put(sampleIncident(221, { status: 'awaiting_approval', approval: sampleApproval(221) }));
    expect(
      (await running.call('POST', '/approvals/approval-221/reject', { by: 'ben', comment: 'not during the sale' }))
        .status,
    ).toBe(202);
    await eventually(() => expect(denied).toMatchObject([{ data: { by: 'ben', comment: 'not during the sale' } }]));
  });

  const withdrawn = { status: 'withdrawn' as const, withdrawal: { at: ago(1), reason: 'its signals cleared' } };
  test.each([
    ['unknown', undefined, 404, 'CORTEX_API_NOT_FOUND'],
    ['expired', { expiresAt: ago(1) }, 409, 'CORTEX_APPROVAL_EXPIRED'],
    ['marked expired', { status: 'expired' as const }, 409, 'CORTEX_APPROVAL_EXPIRED'],
    ['withdrawn', withdrawn, 409, 'CORTEX_APPROVAL_WITHDRAWN'],
    ['denied', { status: 'denied' as const, decidedBy: 'cleo' }, 409, 'CORTEX_APPROVAL_NOT_PENDING'],
    ['another plan', { planHash: 'new-plan' }, 409, 'CORTEX_APPROVAL_PLAN_CHANGED'],
  ])('an answer to one that is %s is refused', async (_name, approval, status, code) => {
    expect.hasAssertions();
    if (approval !== undefined) {
      await put(sampleIncident(231, { updatedAt: new Date().toISOString(), approval: sampleApproval(231, approval) }));
    }
    const id = approval === undefined ? 'approval-none' : 'approval-231';
    expectProblem(
      await running.call('POST', `/approvals/${id}/approve`, { by: 'dora', planHash: 'plan-231' }),
      status,
      code,
    );
  });

  test('an approval of one’s own that is already in the record is a repeat, not an error', async () => {
    await put(
      sampleIncident(241, {
        approval: sampleApproval(241, { status: 'granted', grantedBy: ['anna'], decidedBy: 'anna' }),
      }),
    );
    expect((await running.call('POST', '/approvals/approval-241/approve', { by: 'anna' })).status).toBe(202);
    expectProblem(
      await running.call('POST', '/approvals/approval-241/approve', { by: 'ben' }),
      409,
      'CORTEX_APPROVAL_NOT_PENDING',
    );
  });
});

describe('kill switch', () => {
  test('is turned on and off with a reason, within a second, and announced', async () => {
    const changes = await collect(controlChanged);
    const control = await running.bus.bucket(controlBucket);
    const startedAt = performance.now();
    const on = await running.call('PUT', '/kill-switch', { on: true, by: 'anna', reason: 'odd behaviour' });
    expect(on.body).toMatchObject({ on: true, by: 'anna', reason: 'odd behaviour', readable: true });
    expect((await control.get(killSwitchKey))?.value).toMatchObject({ on: true });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect((await running.call('GET', '/kill-switch')).body).toMatchObject({ on: true, by: 'anna' });
    // Asked again, the first word stands.
    expect((await running.call('PUT', '/kill-switch', { on: true, by: 'ben', reason: 'me too' })).body).toMatchObject({
      by: 'anna',
    });
    expect(
      (await running.call('PUT', '/kill-switch', { on: false, by: 'ben', reason: 'found it' })).body,
    ).toMatchObject({ on: false, by: 'ben' });
    await eventually(() =>
      expect(changes.map(({ data }) => data.control === 'kill_switch' && [data.on, data.by])).toEqual([
        [true, 'anna'],
        [true, 'anna'],
        [false, 'ben'],
      ]),
    );
    expectProblem(
      await running.call('PUT', '/kill-switch', { on: true, by: 'anna', reason: ' ' }),
      400,
      'CORTEX_API_BAD_REQUEST',
    );
  });

  test('a missing record reads as ON, and a human’s word replaces it', async () => {
    const control = await running.bus.bucket(controlBucket);
    await control.delete(killSwitchKey);
    expect((await running.call('GET', '/kill-switch')).body).toMatchObject({ on: true, readable: false });
    expect((await running.call('GET', '/status')).body).toMatchObject({ killSwitch: { on: true, readable: false } });
    expect(
      (await running.call('PUT', '/kill-switch', { on: false, by: 'anna', reason: 'restored' })).body,
    ).toMatchObject({ on: false });
    expect((await running.call('GET', '/kill-switch')).body).toMatchObject({ on: false, readable: true });
  });
});

describe('silences', () => {
  const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const wish = { service: 'shop', endsAt: inHours(2), by: 'anna', reason: 'moving house' };

  test('one is set, listed and lifted, each announced, and twice is once', async () => {
    const changes = await collect(controlChanged);
    const set = await running.call('POST', '/silences', wish);
    expect(set.status).toBe(201);
    const silence = Silence.parse(set.body['silence']);
    expect(silence).toMatchObject(wish);
    expect((await running.call('POST', '/silences', wish)).body['silence']).toEqual(silence);
    await eventually(async () =>
      expect((await running.call('GET', '/silences')).body).toEqual({ silences: [silence], unreadable: [] }),
    );
    const lifted = await running.call('DELETE', `/silences/${silence.id}`, { by: 'ben' });
    expect(lifted.body).toMatchObject({
      silence: { lifted: { by: 'ben' } },
      detail: `silence ${silence.id} was lifted by ben`,
    });
    const again = await running.call('DELETE', `/silences/${silence.id}`, { by: 'carl' });
    expect(again.body).toEqual(lifted.body);
    await eventually(async () => expect((await running.call('GET', '/silences')).body['silences']).toEqual([]));
    await eventually(() =>
      expect(changes.map(({ subject, data }) => [subject, data.control === 'silence' && data.action])).toEqual([
        ['shop', 'created'],
        ['shop', 'created'],
        ['shop', 'lifted'],
        ['shop', 'lifted'],
      ]),
    );
    // Wished for again, it is there again.
    const renewed = (await running.call('POST', '/silences', wish)).body['silence'];
    expect(Silence.parse(renewed).lifted).toBeUndefined();
    await running.call('DELETE', `/silences/${silence.id}`, { by: 'ben' });
  });

  test.each([
    [{ service: '' }, 400, 'CORTEX_API_BAD_REQUEST', 'service'],
    [{ service: undefined }, 400, 'CORTEX_API_BAD_REQUEST', 'service'],
    [{ service: 'shopp' }, 404, 'CORTEX_API_NOT_FOUND', 'shopp'],
    [{ service: 'constructor' }, 404, 'CORTEX_API_NOT_FOUND', 'constructor'],
    [{ instance: 'db-1' }, 404, 'CORTEX_API_NOT_FOUND', 'instance of shop'],
    [{ instance: '' }, 400, 'CORTEX_API_BAD_REQUEST', 'instance'],
    [{ check: 'web' }, 404, 'CORTEX_API_NOT_FOUND', 'check of shop'],
    [{ reason: '  ' }, 400, 'CORTEX_API_BAD_REQUEST', 'say why'],
    [{ by: '' }, 400, 'CORTEX_API_BAD_REQUEST', 'by'],
    [{ endsAt: undefined }, 400, 'CORTEX_API_BAD_REQUEST', 'endsAt'],
    [{ endsAt: 'tomorrow' }, 400, 'CORTEX_API_BAD_REQUEST', 'endsAt'],
    [{ endsAt: inHours(-1) }, 400, 'CORTEX_SILENCE_BAD_TIME', 'endsAt'],
    [{ startsAt: inHours(3) }, 400, 'CORTEX_SILENCE_BAD_TIME', 'endsAt'],
    [{ endsAt: inHours(30 * 24 + 1) }, 400, 'CORTEX_SILENCE_BAD_TIME', 'endsAt'],
    [{ services: 'all' }, 400, 'CORTEX_API_BAD_REQUEST', 'services'],
  ])('%j is refused with %i %s', async (fields, status, code, named) => {
    const answer = await running.call('POST', '/silences', { ...wish, ...fields });
    expectProblem(answer, status, code);
    expect(answer.body['detail']).toContain(named);
    expect(await (await running.bus.bucket(silenceBucket)).entries()).toHaveLength(1);
  });

  test('an unknown one cannot be lifted, and an unreadable one is shown and can', async () => {
    for (const id of ['000000000000', 'nonsense', '*']) {
      expectProblem(await running.call('DELETE', `/silences/${id}`, { by: 'ben' }), 404, 'CORTEX_API_NOT_FOUND');
    }
    const foreign = await running.bus.bucket({ ...openIncidentBucket, name: silenceBucket.name });
    await foreign.put('ffffffffffff', { incidentId: idOf(1) });
    await eventually(async () =>
      expect((await running.call('GET', '/silences')).body['unreadable']).toEqual(['ffffffffffff']),
    );
    const gone = await running.call('DELETE', '/silences/ffffffffffff', { by: 'ben' });
    expect(gone.body).toEqual({ detail: 'silence ffffffffffff could not be read, and is gone' });
    await eventually(async () => expect((await running.call('GET', '/silences')).body['unreadable']).toEqual([]));
  });

  test('there is a bound; what ended long ago makes room', async () => {
    const bucket = await running.bus.bucket(silenceBucket);
    const putOne = (index: number, endsAt: string) => {
      const id = index.toString(16).padStart(12, '0');
      return bucket.put(id, { ...wish, id, startsAt: inHours(-3), createdAt: inHours(-3), endsAt });
    };
    await Promise.all(Array.from({ length: maxSilences }, (_, index) => putOne(index, inHours(1))));
    expectProblem(
      await running.call('POST', '/silences', { ...wish, reason: 'one more' }),
      409,
      'CORTEX_SILENCE_LIMIT',
    );
    await Promise.all(Array.from({ length: maxSilences }, (_, index) => putOne(index, inHours(-2))));
    expect((await running.call('POST', '/silences', { ...wish, reason: 'one more' })).status).toBe(201);
    expect((await bucket.entries()).length).toBeLessThan(5);
  });
});

describe('freezes', () => {
  const target = { service: 'shop', instance: 'shop-1' };
  const freeze = async (flapping: boolean): Promise<void> => {
    const health = await running.bus.bucket(healthBucket);
    await health.put(targetKey(target), { target, state: 'UNHEALTHY', since: ago(2), flapping, memory: {} });
    await eventually(async () => {
      const { body } = await running.call('GET', '/health/targets');
      expect((body['targets'] as { flapping: boolean }[])[0]).toMatchObject({ flapping });
    });
  };

  test('the frozen targets of a service are let go, written down and announced', async () => {
    const changes = await collect(controlChanged);
    await freeze(true);
    const lifted = await running.call('POST', '/health/targets/unfreeze', {
      service: 'shop',
      by: 'anna',
      reason: 'gone',
    });
    expect(lifted).toMatchObject({ status: 200, body: { targets: [target], detail: 'no longer frozen: shop/shop-1' } });
    const record = { target, by: 'anna', reason: 'gone' };
    expect((await (await running.bus.bucket(unfreezeBucket)).get(targetKey(target)))?.value).toMatchObject(record);
    await eventually(() =>
      expect(changes.filter(({ data }) => data.control === 'freeze').map(({ data }) => data)).toMatchObject([record]),
    );
  });

  test('where nothing is frozen, nothing is done, and said so', async () => {
    await freeze(false);
    const answer = await running.call('POST', '/health/targets/unfreeze', { ...target, by: 'anna' });
    expect(answer.body).toEqual({ targets: [], detail: 'nothing of shop/shop-1 is frozen' });
  });

  test('a target that nobody knows is refused, with those that there are', async () => {
    const answer = await running.call('POST', '/health/targets/unfreeze', {
      ...target,
      instance: 'shop-9',
      by: 'anna',
    });
    expect(answer.body['fix']).toContain('shop-1');
    expectProblem(answer, 404, 'CORTEX_API_NOT_FOUND');
  });
});

describe('targets, playbooks, executions, status', () => {
  test('every configured target is listed; one that never reported is UNKNOWN', async () => {
    const health = await running.bus.bucket(healthBucket);
    await health.put('shop.shop-1', {
      target: { service: 'shop', instance: 'shop-1' },
      state: 'UNHEALTHY',
      since: ago(2),
      flapping: false,
      memory: {},
    });
    await eventually(async () => {
      const { body } = await running.call('GET', '/health/targets');
      expect(body.targets).toHaveLength(4);
      expect(body.targets).toMatchObject([
        { state: 'UNHEALTHY', critical: true },
        { state: 'UNKNOWN' },
        {},
        { remediate: false },
      ]);
    });
    // Incidents of the tests before are open too.
    const lowered = expect.arrayContaining([{ name: 'shop/shop-1', share: 0.2, because: 'UNHEALTHY' }]);
    expect((await running.call('GET', '/overview')).body).toMatchObject({ health: { lowered } });
  });

  test('a playbook shows what is known of it; its breaker is reset only when open and cooled down', async () => {
    const changes = await collect(breakerChanged);
    const breakers = await running.bus.bucket(breakerBucket);
    const knowledge = await running.bus.bucket(playbookPerformanceBucket);
    const known = playbookPerformanceBucket.value.parse({
      playbookId: 'restart_shop',
      totalExecutions: 12,
      successRate: 0.75,
      avgExecutionTimeMs: 900,
      falsePositiveRate: 0,
      effective: 9,
      ineffective: 3,
      uncertain: 0,
      falsePositives: 0,
      totalExecutionTimeMs: 10_800,
      stepPerformance: {},
      failureModes: [],
      optimizationHistory: [],
      counted: ['secret-bookkeeping'],
    });
    await knowledge.put('restart_shop', known);
    const reset = () => running.call('POST', '/breakers/restart_shop/reset', { by: 'anna' });
    expectProblem(await reset(), 409, 'CORTEX_BREAKER_CLOSED');
    await breakers.put('restart_shop', {
      playbookId: 'restart_shop',
      state: 'open',
      counted: [],
      outcomes: [],
      openedAt: ago(10),
      reason: 'three in a row',
    });
    expectProblem(await reset(), 409, 'CORTEX_BREAKER_COOLING_DOWN');
    const { body, text } = await running.call('GET', '/playbooks');
    expect(body.playbooks).toMatchObject([{ performance: { successRate: 0.75 }, breakers: [{ state: 'open' }] }]);
    expect(text).not.toContain('secret-bookkeeping');
    await breakers.put('restart_shop', {
      playbookId: 'restart_shop',
      state: 'open',
      counted: [],
      outcomes: [1, 2, 3].map((one) => ({ executionId: `execution-${one}`, effective: one === 1, at: ago(61) })),
      openedAt: ago(61),
      reason: 'three in a row',
    });
    const ofOther = { playbookId: 'restart_shop', service: 'other', counted: [], outcomes: [] };
    await breakers.put('restart_shop.other', { ...ofOther, state: 'open', openedAt: ago(61) });
    const onShop = await running.call('POST', '/breakers/restart_shop/reset?service=shop', { by: 'anna' });
    expect(onShop.body).toMatchObject({ breakers: [{ state: 'closed', outcomes: [] }] });
    expect((await reset()).body).toMatchObject({ breakers: [{ service: 'other', state: 'closed' }] });
    expectProblem(await reset(), 409, 'CORTEX_BREAKER_CLOSED');
    await eventually(() => expect(changes).toHaveLength(2));
    expect(changes[0]?.data).toMatchObject({
      playbookId: 'restart_shop',
      state: 'closed',
      by: 'anna',
      reason: 'reset by anna',
      outcomes: { executions: 3, ineffective: 2 },
    });
    expectProblem(await running.call('POST', '/breakers/none/reset', { by: 'anna' }), 404, 'CORTEX_API_NOT_FOUND');
  });

  test('executions are listed and shown with their journal', async () => {
    const journal = await running.bus.bucket(journalBucket);
    const attempt = sampleAttempt(301, ago(3));
    const [playbook] = running.service.context.config.playbooks;
    if (playbook === undefined) throw new Error('the sample has a playbook');
    await journal.put(attempt.executionId, {
      remediation: {
        executionId: attempt.executionId,
        incidentId: idOf(301),
        attempt: 1,
        playbook,
        targets: [{ service: 'shop', instance: 'shop-1', facts: { id: 'shop-1', host: 'localhost' } }],
        maxUnavailable: 1,
        dryRun: false,
        requestedAt: ago(3),
        expiresAt: ago(-7),
      },
      status: 'completed',
      acceptedAt: ago(3),
      completedAt: ago(2),
      outcome: 'succeeded',
      entries: [],
    });
    expect((await running.call('GET', '/executions')).body).toMatchObject({
      executions: [{ executionId: attempt.executionId, outcome: 'succeeded' }],
    });
    expect((await running.call('GET', `/executions?incident=${idOf(302)}`)).body).toEqual({ executions: [] });
    expect((await running.call('GET', `/executions/${attempt.executionId}`)).body).toMatchObject({
      execution: { status: 'completed' },
    });
    expectProblem(await running.call('GET', '/executions/none'), 404, 'CORTEX_API_NOT_FOUND');
    expectProblem(await running.call('GET', '/executions/%2e%2e%20*'), 404, 'CORTEX_API_NOT_FOUND');
  });

  test('status says what is connected, counted and seen', async () => {
    const { body } = await running.call('GET', '/status');
    expect(body).toMatchObject({ nats: { connected: true }, environment: 'production', targets: { total: 4 } });
    await running.bus.publish(draft(verificationCompleted, { service: 'shop', data: sampleVerification(399, ago(1)) }));
    await eventually(async () => {
      const { body: later } = await running.call('GET', '/status');
      expect(later.services).toContainEqual(expect.objectContaining({ name: 'decision' }));
    });
  });
});

describe('every route', () => {
  test('answers what its schema says', async () => {
    const get = allRoutes({} as ApiDependencies).filter((route) => route.method === 'GET');
    const paths: Record<string, string> = {
      '/incidents/:id': `/incidents/${idOf(101)}`,
      '/incidents/:id/explanation': `/incidents/${idOf(101)}/explanation`,
      '/executions/:id': `/executions/${idOf(301)}-1`,
    };
    for (const route of get) {
      const answer = await running.call('GET', paths[route.path] ?? route.path);
      expect({ path: route.path, status: answer.status }).toEqual({ path: route.path, status: 200 });
      route.response.parse(answer.body);
    }
  });

  test.each([
    ['an unknown route', 'GET', '/nothing', undefined, {}, 404, 'CORTEX_API_NOT_FOUND'],
    ['an unknown query', 'GET', '/incidents?statu=open', undefined, {}, 400, 'CORTEX_API_BAD_REQUEST'],
    ['a wrong limit', 'GET', '/incidents?limit=0', undefined, {}, 400, 'CORTEX_API_BAD_REQUEST'],
    ['an unknown event type', 'GET', '/events?type=incident.openned', undefined, {}, 400, 'CORTEX_API_BAD_REQUEST'],
    ['a body that is no JSON', 'PUT', '/kill-switch', '{"on":', {}, 400, 'CORTEX_API_BAD_REQUEST'],
    [
      'an unknown key',
      'PUT',
      '/kill-switch',
      { on: true, by: 'a', reason: 'b', force: true },
      {},
      400,
      'CORTEX_API_BAD_REQUEST',
    ],
    ['no name', 'PUT', '/kill-switch', { on: true, by: '', reason: 'b' }, {}, 400, 'CORTEX_API_BAD_REQUEST'],
    ['a prototype', 'PUT', '/kill-switch', '{"__proto__":{"on":true}}', {}, 400, 'CORTEX_API_BAD_REQUEST'],
    [
      'a form',
      'PUT',
      '/kill-switch',
      'on=true',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'CORTEX_API_NOT_JSON',
    ],
    ['plain text', 'PUT', '/kill-switch', '{}', { 'content-type': 'text/plain' }, 415, 'CORTEX_API_NOT_JSON'],
    [
      'another origin',
      'PUT',
      '/kill-switch',
      {},
      { origin: 'https://evil.example' },
      403,
      'CORTEX_API_FORBIDDEN_ORIGIN',
    ],
    ['a null origin', 'PUT', '/kill-switch', {}, { origin: 'null' }, 403, 'CORTEX_API_FORBIDDEN_ORIGIN'],
    ['another site', 'PUT', '/kill-switch', {}, { 'sec-fetch-site': 'cross-site' }, 403, 'CORTEX_API_FORBIDDEN_ORIGIN'],
    [
      'a large body',
      'PUT',
      '/kill-switch',
      { on: true, by: 'a', reason: 'x'.repeat(1_100_000) },
      {},
      413,
      'CORTEX_API_TOO_LARGE',
    ],
  ])('answers %s with a problem', async (_name, method, path, body, headers, status, code) => {
    expect.hasAssertions();
    expectProblem(await running.call(method, path, body, headers as Record<string, string>), status, code);
  });

  test('bears the security headers, page and API alike', async () => {
    for (const path of ['/', '/api/v1/status', '/api/v1/nothing']) {
      const { headers } = await fetch(`${running.url}${path}`);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
    }
  });

  test('serves its own OpenAPI document', async () => {
    const document = await running.call('GET', '/openapi.json');
    expect(document.body).toMatchObject({ openapi: '3.1.0' });
    expect(Object.keys(document.body.paths as object)).toHaveLength(
      new Set(allRoutes({} as ApiDependencies).map((route) => route.path)).size,
    );
  });
});
