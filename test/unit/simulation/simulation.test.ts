import fc from 'fast-check';
import { incidentBucket } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { configuration } from './catalogue.ts';
import { hold } from './hold.ts';
import { quietSchedule } from './quiet-schedule.ts';
import { processNames } from './schedule.ts';
import { schedules } from './schedule.ts';
import { startMs } from './scheduler.ts';
import { simulate } from './simulate.ts';
import type { Site } from './site.ts';

const dead = { atMs: 3_000, target: 0, kind: 'dead' as const, forMs: 1_000 };

test('a dead process is restarted, proved to be well, and its incident ends', async () => {
  const site = await hold({ ...quietSchedule, troubles: [dead] });
  const incidents = site.values(incidentBucket).map(([, { incident }]) => incident);
  expect(incidents.map(({ status, resolution }) => [status, resolution?.method])).toEqual([
    ['resolved', 'auto_remediation'],
  ]);
  expect(site.effects.map(({ action }) => action)).toContain('restart');
});

test('a change that makes things worse is undone, and a human is told', async () => {
  const site = await hold({ ...quietSchedule, troubles: [{ ...dead, target: 1, kind: 'fragile' }] });
  const undone = site.effects.filter(({ phase }) => phase === 'rollback').map(({ action }) => action);
  expect(undone).toEqual(['configure', 'drain']);
  expect(site.pages.length).toBeGreaterThan(0);
});

test('what the kill switch stops between two steps ends there', async () => {
  const troubles = [{ ...dead, target: 1, kind: 'misconfigured' as const }];
  const [first] = (await hold({ ...quietSchedule, troubles })).effects;
  const atMs = (first?.beganMs ?? 0) - startMs + 5;
  const site = await hold({ ...quietSchedule, troubles, killSwitch: [{ atMs, forMs: 20_000 }] });
  const end = site.events('remediation.completed').find(({ data }) => data.executionId === first?.executionId);
  expect(end?.data.outcome).toBe('stopped');
  expect(end?.data.reason).toMatch(/^kill_switch: /);
  const steps = site.effects.filter(({ executionId, phase }) => {
    return executionId === first?.executionId && phase === 'remediation';
  });
  expect(steps.map(({ step }) => step)).toEqual([1]);
});

test('a rollback that the kill switch stops is no failure, and goes on when the switch is off', async () => {
  const troubles = [{ ...dead, target: 1, kind: 'fragile' as const }];
  const undone = (site: Site) => site.effects.filter(({ phase }) => phase === 'rollback');
  const [first] = undone(await hold({ ...quietSchedule, troubles }));
  // While the first undo is under way, so that it is read before the second.
  const atMs = (first?.beganMs ?? 0) - startMs + 5;
  const site = await hold({ ...quietSchedule, troubles, killSwitch: [{ atMs, forMs: 20_000 }] });
  const ends = site.events('remediation.rolledback').map(({ data }) => data.outcome);
  expect(ends).toEqual(['stopped', 'succeeded']);
  expect(undone(site).map(({ action }) => action)).toEqual(['configure', 'drain']);
  expect(site.events('escalation.requested').filter(({ data }) => data.urgent)).toEqual([]);
});

test('no step begins whose intent cannot be written', async () => {
  const troubles = [{ ...dead, target: 1, kind: 'misconfigured' as const }];
  const [, second] = (await hold({ ...quietSchedule, troubles })).effects;
  // Right before the intent of the second step is sent: what was done before has its result.
  const atMs = (second?.beganMs ?? 0) - startMs - 6;
  const site = await hold({ ...quietSchedule, troubles, refusals: [{ atMs, forMs: 1_000 }] });
  expect(site.effects[1]?.beganMs).toBeGreaterThan(startMs + atMs + 1_000);
});

test('what was allowed before a process stood still is asked again before it acts', async () => {
  const troubles = [{ ...dead, target: 1, kind: 'misconfigured' as const }];
  const [first] = (await hold({ ...quietSchedule, troubles })).effects;
  const intentMs = (first?.beganMs ?? 0) - startMs;
  // The executor stands still right after its intent; meanwhile the kill switch goes on, and it must not act on its old answers.
  const killSwitch = [{ atMs: intentMs + 500, forMs: 20_000 }];
  const site = await hold({ ...quietSchedule, troubles, intentFreezes: [{ atIntent: 1, forMs: 3_000 }], killSwitch });
  const during = site.effects.filter(({ beganMs }) => beganMs < startMs + intentMs + 20_000);
  expect(during).toEqual([]);
});

test('a replica that stands still after a record, for longer than ids are known, changes nothing when it goes on', async () => {
  for (let atRecord = 1; atRecord <= 6; atRecord += 1) {
    const recordFreezes = [{ atRecord, forMs: 150_000 }];
    const site = await hold({ ...quietSchedule, troubles: [dead], recordFreezes });
    expect(site.story(10_000)).toMatch(/decision-[12] is frozen for 150 s/);
    expect(site.events('incident.resolved')).toHaveLength(1);
  }
});

test('a plan that has expired while its executor stood still between intent and effect is not begun', async () => {
  const troubles = [{ ...dead, forMs: 200_000 }];
  const stands = { atIntent: 1, forMs: configuration.safety.planTtlMs + 10_000 };
  const site = await hold({ ...quietSchedule, troubles, intentFreezes: [stands] });
  const [first] = site.events('remediation.requested');
  const begun = site.effects.filter(({ executionId }) => executionId === first?.data.executionId);
  expect(begun.every(({ beganMs }) => beganMs <= Date.parse(first?.data.expiresAt ?? ''))).toBe(true);
});

test('what was silenced after its executor died between intent and effect is not begun by the next one', async () => {
  const troubles = [{ ...dead, forMs: 200_000 }];
  const [first] = (await hold({ ...quietSchedule, troubles })).effects;
  const afterMs = (first?.beganMs ?? 0) - startMs - dead.atMs;
  const silences = [{ trouble: 0, afterMs: afterMs + 1_000, isWhole: true, forMs: 60_000, liftAfterMs: undefined }];
  const intentCrashes = [{ atIntent: 1, downMs: 70_000 }];
  const site = await hold({ ...quietSchedule, troubles, silences, intentCrashes });
  const end = site.events('remediation.completed').find(({ data }) => data.executionId === first?.executionId);
  expect(end?.data).toMatchObject({ outcome: 'refused', refusedBy: 'silence' });
});

test('what was approved is not begun when the approval is over', async () => {
  const people = {
    ...quietSchedule.people,
    answer: 'grant' as const,
    answerAfterMs: configuration.safety.approvalTtlMs - 5_000,
  };
  const troubles = [{ ...dead, kind: 'full' as const }];
  const site = await hold({ ...quietSchedule, troubles, people, intentCrashes: [{ atIntent: 1, downMs: 70_000 }] });
  const [first] = site.events('remediation.completed');
  // Whether its first step was done nobody can tell; it is not done again.
  expect(first?.data).toMatchObject({ outcome: 'ambiguous', reason: expect.stringMatching(/^approval: .* expired/) });
});

test('an execution that was begun does not go on after its deadline', async () => {
  const troubles = [{ ...dead, target: 1, kind: 'misconfigured' as const }];
  const [first] = (await hold({ ...quietSchedule, troubles })).effects;
  const atMs = (first?.appliedMs ?? 0) - startMs;
  const freezes = (['executor-1', 'executor-2'] as const).map((process) => ({ process, atMs, forMs: 240_000 }));
  const site = await hold({ ...quietSchedule, troubles, freezes });
  const end = site.events('remediation.completed').find(({ data }) => data.executionId === first?.executionId);
  expect(end?.data).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/^deadline: /) });
});

test('a plan that expires while its executor asks for leave is not begun', async () => {
  for (let leftMs = 300; leftMs <= 1_500; leftMs += 100) {
    const stray = {
      atMs: 5_000,
      target: 0,
      playbook: 'restart' as const,
      ageMs: configuration.safety.planTtlMs - leftMs,
    };
    const site = await hold({ ...quietSchedule, latencyMs: 200, strays: [stray] });
    const ends = site.events('remediation.completed').map(({ data }) => data.outcome);
    expect(['refused', 'succeeded']).toContain(ends[0]);
  }
});

test.each([-3_600_000, 3_600_000])('clocks that are %i ms off change nothing', async (byMs) => {
  const troubles = [dead, { ...dead, target: 1, kind: 'misconfigured' as const }];
  const well = await hold({ ...quietSchedule, troubles });
  const everywhere = processNames.map((process) => ({ process, atMs: 0, byMs }));
  for (const clockJumps of [...everywhere.map((one) => [one]), everywhere.filter((_one, index) => index % 2 === 0)]) {
    const site = await hold({ ...quietSchedule, troubles, clockJumps });
    const done = (one: Site) => one.effects.map(({ action, target, phase }) => [action, target.instance, phase]);
    expect(done(site)).toEqual(done(well));
    expect(site.events('remediation.completed').map(({ data }) => data.outcome)).not.toContain('refused');
  }
});

test('each level is told when it is due, while nobody answers', async () => {
  const site = await hold({ ...quietSchedule, troubles: [{ ...dead, kind: 'broken' }] });
  const [request] = site.events('escalation.requested');
  const chain = configuration.escalationPolicies.flatMap((policy) => policy.chain);
  for (const { level, delayMs, notify } of chain) {
    const told = site.pages.filter(({ page }) => {
      return page.escalationId === request?.data.escalationId && page.level === level;
    });
    const waitsMs = told.map(({ atMs }) => atMs - Date.parse(request?.data.requestedAt ?? '') - delayMs);
    expect([level, told.map(({ page }) => page.contact).slice(0, notify.length)]).toEqual([level, notify]);
    expect([level, waitsMs.slice(0, notify.length).every((ms) => ms >= 0 && ms < 1_000)]).toEqual([level, true]);
  }
});

test('a process that dies again after each repair is healed each time, and told as recurring, not each time anew', async () => {
  const recurring = [{ atMs: 20_000, target: 2, afterMs: 40_000, forMs: 600_000 }];
  const site = await hold({ ...quietSchedule, recurring });
  const restarts = site.effects.filter(({ action }) => action === 'restart').length;
  expect(restarts).toBeGreaterThan(6);
  const reasons = site.events('escalation.requested').map(({ data }) => data.reason);
  expect(reasons.filter((reason) => reason.includes('recurring'))).toHaveLength(1);
  // The first death, and that it comes back; what is asked again as it gets worse is the same page. What is held is told.
  const held = new Set(
    site.events('decision.made').flatMap(({ data }) => (data.decision.outcome === 'hold' ? data.incidentId : [])),
  );
  const told = site.events('escalation.requested').filter(({ data }) => !held.has(data.incidentId));
  expect(new Set(told.map(({ data }) => data.incidentId)).size).toBeLessThanOrEqual(2);
  expect(site.values(incidentBucket).map(([, { incident }]) => incident.status)).not.toContain('open');
});

test('what is down before anything watches is no storm, and all of it is healed', async () => {
  const site = await hold({ ...quietSchedule, downAtStart: [0, 2, 5] });
  const healed = new Set(site.effects.filter(({ action }) => action === 'restart').map(({ target }) => target.service));
  expect([...healed].toSorted()).toEqual(['cache', 'depot', 'shop']);
  expect(site.values(incidentBucket).map(([, { incident }]) => incident.status)).toEqual([
    'resolved',
    'resolved',
    'resolved',
  ]);
});

const everywhere = { atMs: 30_000, target: 2, playbook: 'restart' as const, ageMs: 0, isWide: true as const };
const endOfStray = (site: Site) =>
  site.events('remediation.completed').find(({ data }) => data.executionId === 'stray-0')?.data;

test('a plan over all instances of a service goes on when the one before serves, also when its executors change', async () => {
  // While the first one does not serve yet.
  const drains = (['executor-1', 'executor-2'] as const).map((process) => ({ process, atMs: 31_500 }));
  for (const schedule of [quietSchedule, { ...quietSchedule, drains }]) {
    const site = await hold({ ...schedule, strays: [everywhere] });
    expect(endOfStray(site)?.outcome).toBe('succeeded');
    const restarted = site.effects.filter(({ executionId }) => executionId === 'stray-0');
    expect(new Set(restarted.map(({ target }) => target.instance)).size).toBe(3);
  }
});

test('a plan ends at the first target that does not serve again', async () => {
  const broken = { ...dead, atMs: 31_000, target: 2, kind: 'broken' as const };
  const site = await hold({ ...quietSchedule, strays: [everywhere], troubles: [broken] });
  expect(endOfStray(site)).toMatchObject({ outcome: 'failed' });
  expect(endOfStray(site)?.reason).toMatch(/^shop-2 was not begun: it does not serve again within 30 s/);
});

test('what decision has told and asked is not told or asked again by its next life, minutes later', async () => {
  const again = { ...dead, atMs: 240_000 };
  const drains = [
    { process: 'decision-1' as const, atMs: 60_000 },
    { process: 'decision-2' as const, atMs: 61_000 },
  ];
  // `hold` fails when an event is stored twice.
  const site = await hold({ ...quietSchedule, troubles: [dead, again], drains });
  expect(site.events('incident.resolved')).toHaveLength(2);
});

test('the same schedule gives the same run, event for event', { timeout: 60_000 }, async () => {
  const story = (site: Site): string => site.story(Number.POSITIVE_INFINITY);
  for (const schedule of fc.sample(schedules, { numRuns: 8, seed: 7 })) {
    expect(story(await simulate(schedule))).toEqual(story(await simulate(schedule)));
  }
});
