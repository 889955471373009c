import fc from 'fast-check';
import { incidentBucket } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { configuration } from './catalogue.ts';
import { hold } from './hold.ts';
import { quietSchedule } from './quiet-schedule.ts';
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
  const atMs = (first?.appliedMs ?? 0) - startMs;
  const site = await hold({ ...quietSchedule, troubles, killSwitch: [{ atMs, forMs: 20_000 }] });
  const end = site.events('remediation.completed').find(({ data }) => data.executionId === first?.executionId);
  expect(end?.data.outcome).toBe('failed');
  expect(end?.data.reason).toMatch(/^kill_switch: /);
  const steps = site.effects.filter(({ executionId, phase }) => {
    return executionId === first?.executionId && phase === 'remediation';
  });
  expect(steps.map(({ step }) => step)).toEqual([1]);
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
  expect(reasons.length).toBeLessThanOrEqual(2);
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
