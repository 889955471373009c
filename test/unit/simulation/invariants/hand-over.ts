import { startMs } from '../scheduler.ts';
import type { Site } from '../site.ts';
import type { Invariants } from './invariant.ts';

/** Who has taken an incident is left alone. */
export const ofHandOver: Invariants = {
  'nothing is begun or undone in an incident that somebody has taken over': nothingIsBegun,
};

function nothingIsBegun(site: Site): readonly string[] {
  const ids = [...new Set(site.written.map(({ id }) => id))];
  return ids.flatMap((wanted) => {
    const states = site.written.filter(({ id }) => id === wanted);
    return states.flatMap(({ service, attempts, isRollingBack, atMs }, index) => {
      const before = states[index - 1];
      if (before?.isTaken !== true || (attempts <= before.attempts && !isRollingBack)) return [];
      return [`${wanted} of ${service} at ${((atMs - startMs) / 1_000).toFixed(3)} s`];
    });
  });
}
