import { violationsOf } from './invariants/invariants.ts';
import type { Schedule } from './schedule.ts';
import { simulate } from './simulate.ts';
import type { Site } from './site.ts';

const storyLines = 200;

/** Runs a schedule and holds every invariant against what came of it. Throws with the story of what happened. */
export async function hold(schedule: Schedule): Promise<Site> {
  const site = await simulate(schedule);
  const violations = violationsOf(site);
  if (violations.size === 0) return site;
  const list = [...violations].map(([name, all]) => `"${name}":\n  ${all.slice(0, 5).join('\n  ')}`);
  throw new Error(`violated ${list.join('\n')}\nschedule: ${JSON.stringify(schedule)}\n${site.story(storyLines)}`);
}
