import { violationsOf } from './invariants/invariants.ts';
import type { Schedule } from './schedule.ts';
import { describeFailure } from './search.ts';
import { simulate } from './simulate.ts';
import type { Site } from './site.ts';

/** Runs one schedule and holds every invariant against what came of it. Throws with the story of what happened. */
export async function hold(schedule: Schedule): Promise<Site> {
  const site = await simulate(schedule);
  const violations = violationsOf(site);
  if (violations.size === 0) return site;
  throw new Error(describeFailure({ ok: false, violations, schedule, story: site.story(200) }));
}
