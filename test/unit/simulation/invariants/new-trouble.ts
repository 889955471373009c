import { healthBucket, incidentBucket, openIncidentBucket } from '@cortex/contracts';
import type { Site } from '../site.ts';
import { startMs } from '../scheduler.ts';
import type { WrittenIncident } from '../written-incident.ts';
import type { Invariants } from './invariant.ts';

/** What is worth deciding on lasts longer than this. */
const lastsMs = 30_000;

/** No new trouble is lost in what an incident knows already. */
export const ofNewTrouble: Invariants = {
  'trouble that began after the signals of an incident had all cleared is decided on': isDecidedOn,
  'no target stays in trouble beside an incident that has ended': noneIsForgotten,
};

function isDecidedOn(site: Site): readonly string[] {
  const ids = [...new Set(site.written.map(({ id }) => id))];
  const byIncident = ids.map((wanted) => site.written.filter(({ id }) => id === wanted));
  return byIncident.flatMap((states) =>
    states.flatMap((state, index) => {
      const before = states[index - 1];
      if (before === undefined || !before.isClear || before.isOver || state.isClear) return [];
      const rest = states.slice(index);
      const end = rest.findIndex(({ isClear, isOver }) => isClear || isOver);
      const during = end < 0 ? rest : rest.slice(0, end + 1);
      const isDecided = during.some(({ decided, calls }) => decided !== before.decided || calls > before.calls);
      const endMs = during.at(-1)?.atMs ?? state.atMs;
      const isShort = end >= 0 && endMs - state.atMs < lastsMs;
      if (isDecided || isShort || during.some(({ isWorkedOn }) => isWorkedOn) || isSilenced(site, state, endMs))
        return [];
      return [
        `${state.id} of ${state.service}: trouble at ${at(state.atMs)}, and nothing was decided until ${at(endMs)}`,
      ];
    }),
  );
}

function isSilenced(site: Site, { service, atMs }: WrittenIncident, endMs: number): boolean {
  return site.silenced.some(
    (one) => (one.service === undefined || one.service === service) && one.fromMs < endMs && one.untilMs > atMs,
  );
}

/** A human who closes an incident that is not over knows. */
function noneIsForgotten(site: Site): readonly string[] {
  const newest = new Map(site.values(openIncidentBucket).map(([key, { incidentId }]) => [key, incidentId]));
  const records = new Map(site.values(incidentBucket).map(([key, { incident }]) => [key, incident]));
  return site.values(healthBucket).flatMap(([key, { target, state, since, change }]) => {
    if (state === 'HEALTHY' || state === 'UNKNOWN') return [];
    const incident = records.get(newest.get(target.service) ?? '');
    const resolution = incident?.resolution;
    if (incident === undefined) return [`${key} is ${state} since ${since}, and there is no incident`];
    if (resolution === undefined) return [];
    const isClosedByHuman = [...records.values()].some((one) => {
      const { method, at: endedAt = '' } = one.resolution ?? {};
      return one.service === target.service && method === 'manual' && endedAt >= since;
    });
    if (isClosedByHuman) return [];
    return [
      `${key} is ${state} since ${since} (${change?.reason}), and ${incident.id} ended at ${resolution.at}: ${resolution.reason}`,
    ];
  });
}

function at(ms: number): string {
  return `${((ms - startMs) / 1_000).toFixed(3)} s`;
}
