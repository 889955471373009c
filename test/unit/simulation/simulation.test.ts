import fc from 'fast-check';
import { incidentBucket } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { hold } from './hold.ts';
import { quietSchedule } from './quiet-schedule.ts';
import { schedules } from './schedule.ts';
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

test('the same schedule gives the same run, event for event', { timeout: 60_000 }, async () => {
  const story = (site: Site): string => site.story(Number.POSITIVE_INFINITY);
  for (const schedule of fc.sample(schedules, { numRuns: 8, seed: 7 })) {
    expect(story(await simulate(schedule))).toEqual(story(await simulate(schedule)));
  }
});
