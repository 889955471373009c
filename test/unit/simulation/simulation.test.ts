import fc from 'fast-check';
import { expect, test } from 'vitest';
import { invariants, violationsOf } from './invariants.ts';
import { schedules } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { simulate } from './simulate.ts';
import type { Site } from './site.ts';

/** More, or another seed, for a long search: `SIMULATION_RUNS=20000 SIMULATION_SEED=7`. */
const numRuns = Number(process.env['SIMULATION_RUNS'] ?? 1_000);
const seed = Number(process.env['SIMULATION_SEED'] ?? 20_260_302);
const storyLines = 150;

/** Runs the whole loop through a schedule and holds every invariant against what came of it. */
function hold(schedule: Schedule): Site {
  const site = simulate(schedule);
  const violations = violationsOf(site);
  if (violations.size === 0) return site;
  const list = [...violations].map(([name, all]) => `"${name}":\n  ${all.slice(0, 5).join('\n  ')}`);
  throw new Error(`violated ${list.join('\n')}\nschedule: ${JSON.stringify(schedule)}\n${site.story(storyLines)}`);
}

const quiet: Schedule = {
  seed: 1,
  latencyMs: 2,
  troubles: [],
  crashes: [],
  freezes: [],
  effectFreezes: [],
  messages: [],
  actionFaults: [],
  killSwitch: [],
  silences: [],
  lostPages: [],
  people: {
    acknowledgeAfterMs: undefined,
    repairAfterMs: undefined,
    answer: 'silent',
    answerAfterMs: 0,
    closeAfterMs: undefined,
  },
};
const second = 1_000;
const dead = { atMs: 0, target: 0, kind: 'dead' as const, forMs: second };

test('a dead process is restarted, proved to be well, and its incident ends', () => {
  const site = hold({ ...quiet, troubles: [dead] });
  const incidents = site.buckets.incidents.entries().map(({ value }) => value.incident);
  expect(incidents.map(({ status, resolution }) => [status, resolution?.method])).toEqual([
    ['resolved', 'auto_remediation'],
  ]);
  expect(site.world.effects.map(({ action }) => action)).toEqual(['restart']);
});

test('a change that makes things worse is undone, and a human is told', () => {
  const site = hold({ ...quiet, troubles: [{ ...dead, target: 3, kind: 'fragile' }] });
  const undone = site.world.effects.filter(({ phase }) => phase === 'rollback').map(({ action }) => action);
  expect(undone).toEqual(['configure', 'drain']);
  expect(site.pages.length).toBeGreaterThan(0);
});

test('the same schedule gives the same run, event for event', () => {
  for (const schedule of fc.sample(schedules, { numRuns: 10, seed })) {
    const ids = (site: Site): string[] => site.bus.log.map(({ id, time, type }) => `${time} ${type} ${id}`);
    expect(ids(simulate(schedule))).toEqual(ids(simulate(schedule)));
  }
});

test(`whatever breaks whenever: ${Object.keys(invariants).length} invariants hold`, { timeout: 3_600_000 }, () => {
  const seen = { effects: 0, undone: 0, resolved: 0, escalated: 0, crashes: 0 };
  fc.assert(
    fc.property(schedules, (schedule) => {
      const site = hold(schedule);
      const statuses = site.buckets.incidents.entries().map(({ value }) => value.incident.status);
      seen.effects += site.world.effects.length;
      seen.undone += site.world.effects.filter(({ phase }) => phase === 'rollback').length;
      seen.resolved += statuses.filter((status) => status === 'resolved').length;
      seen.escalated += statuses.filter((status) => status === 'escalated').length;
      seen.crashes += site.crashes;
    }),
    { numRuns, seed },
  );
  // A search that met none of these would prove nothing.
  for (const [what, count] of Object.entries(seen)) expect([what, count > numRuns / 50]).toEqual([what, true]);
});
