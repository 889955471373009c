import fc from 'fast-check';
import { expect, test } from 'vitest';
import { violationsOf } from './invariants.ts';
import { schedules } from './schedule.ts';
import { simulate } from './simulate.ts';
import type { Mutation } from './site.ts';

/** A service with this fault built in must be caught by one of these invariants, within so many runs. */
const mustBeCaught: readonly (readonly [Mutation, readonly string[]])[] = [
  ['executor forgets its journal', ['no step takes effect twice within an execution']],
  ['executor ignores the kill switch', ['no effect begins while the kill switch is on']],
  [
    'executor ignores leases',
    ['never two executions at once on one target', 'no step takes effect twice within an execution'],
  ],
  [
    'decision publishes before it writes',
    ['an incident opens once and ends once', 'every effect belongs to an attempt of a known incident'],
  ],
  ['decision ignores silences', ['nobody is called for what is silenced']],
  ['verifier believes what it saw before', ['success rests on evidence from after the effect']],
  ['learner counts every delivery', ['each execution counts once']],
  ['escalator sets no timers', ['every request for humans is told at each due level']],
];
const numRuns = 150;

test.each(mustBeCaught)('%s: caught', { timeout: 60_000 }, (mutation, names) => {
  let caught: readonly string[] = [];
  const details = fc.check(
    fc.property(schedules, (schedule) => {
      caught = [...violationsOf(simulate(schedule, mutation)).keys()];
      return !names.some((name) => caught.includes(name));
    }),
    { numRuns, seed: 7, endOnFailure: true },
  );
  expect(details.failed, `not caught in ${numRuns} runs`).toBe(true);
  expect(names.some((name) => caught.includes(name))).toBe(true);
});
