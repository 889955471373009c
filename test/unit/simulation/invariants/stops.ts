import { breakerBucket } from '@cortex/contracts';
import { isStray } from '../environment/strays.ts';
import type { Site } from '../site.ts';
import type { Invariants } from './invariant.ts';

/** What follows from a human's stop: never what follows from a failure. */
export const ofStops: Invariants = {
  'a stop is no failure': aStopIsNoFailure,
  'no breaker counts a stop': noBreakerCountsAStop,
  'nobody is woken at SEV0 by a stop alone': nobodyIsWokenByAStop,
  'what a stop left half-done is told': halfDoneIsTold,
};

function aStopIsNoFailure(site: Site): readonly string[] {
  return [...site.events('remediation.completed'), ...site.events('remediation.rolledback')]
    .filter(({ data }) => data.outcome === 'failed' && data.reason.startsWith('kill_switch'))
    .map(({ type, data }) => `${type} of ${data.executionId}: ${data.reason}`);
}

function stopsOf(site: Site) {
  return site
    .events('remediation.completed')
    .filter(({ data }) => data.outcome === 'stopped' && !isStray(data.executionId))
    .map(({ data }) => data);
}

function noBreakerCountsAStop(site: Site): readonly string[] {
  const stopped = new Set(stopsOf(site).map(({ executionId }) => executionId));
  return site
    .values(breakerBucket)
    .flatMap(([, { playbookId, outcomes }]) =>
      outcomes
        .filter(({ executionId }) => stopped.has(executionId))
        .map(({ executionId }) => `${playbookId} counts ${executionId}`),
    );
}

function nobodyIsWokenByAStop(site: Site): readonly string[] {
  return site
    .events('escalation.requested')
    .filter(({ data }) => data.severity === 'SEV0' && data.urgent && data.reason.includes('kill_switch'))
    .map(({ data }) => `${data.escalationId}: ${data.reason}`);
}

/** What an incident that was over by then, or a person who closed it, left is in its end; a silence tells when it is over. */
function halfDoneIsTold(site: Site): readonly string[] {
  const calls = site.events('escalation.requested');
  return stopsOf(site).flatMap(({ executionId, incidentId, steps }) => {
    const isDone = steps.some(({ outcome }) => outcome === 'succeeded' || outcome === 'ambiguous');
    const last = site.written.findLast(({ id }) => id === incidentId);
    const isOver = last === undefined || last.isOver || site.silenced.length > 0;
    const isTold = calls.some(({ data }) => data.incidentId === incidentId && data.reason.includes('done so far'));
    return !isDone || isOver || isTold ? [] : [`nobody heard of what ${executionId} had done`];
  });
}
