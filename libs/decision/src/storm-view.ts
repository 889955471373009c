import { type EventData, type IncidentSeverity, stormTarget } from '@cortex/contracts';
import { severityRank, worseSeverity } from './levels.ts';
import type { OpenIncident } from './model/facts.ts';
import { msBetween } from './time.ts';

/** So many services within this time are one event for people, not many. */
const togetherMs = 5 * 60_000;
const mostNamed = 20;

/** Many services in trouble at once, whatever told of them: checks or anomalies. */
export interface Storm {
  readonly services: readonly string[];
  readonly worst: IncidentSeverity;
  readonly since: string;
  /** Grows whenever their number has doubled. */
  readonly size: number;
}

/**
 * The storm that these incidents are, if they are one. It begins when `from` services came into trouble within five minutes, and
 * it ends when fewer than that are left in trouble: nobody needs to end it.
 */
export function stormIn(
  open: readonly OpenIncident[],
  from: number,
  { isOn, now }: { readonly isOn: boolean; readonly now: string },
): Storm | undefined {
  const inTrouble = open.filter(({ service, isHarmful }) => isHarmful !== false && service !== stormTarget.service);
  const fresh = inTrouble.filter(({ startedAt = now }) => msBetween(startedAt, now) <= togetherMs);
  if (inTrouble.length < from || (!isOn && fresh.length < from)) return undefined;
  const [first = now] = inTrouble.map(({ startedAt = now }) => startedAt).sort();
  return {
    services: inTrouble.map(({ service }) => service).sort(),
    worst: inTrouble.map(({ severity }) => severity).reduce(worseSeverity, 'SEV1'),
    since: first,
    size: Math.floor(Math.log2(inTrouble.length / from)),
  };
}

/** What people read of it. */
export function describeStorm({ services, worst, since }: Storm): string {
  const named = services.slice(0, mostNamed).join(', ');
  const more = services.length > mostNamed ? ` and ${services.length - mostNamed} more` : '';
  return `${services.length} services are in trouble at once, at worst ${worst}, since ${since}: ${named}${more}`;
}

/** The storm as the state of its target; undefined: it is over. */
export function stormChange(storm: Storm | undefined, at: string): EventData<'health.changed'> {
  const reason = storm === undefined ? '' : describeStorm(storm);
  const check = { check: 'storm', type: 'storm', tier: 'shallow', target: stormTarget, result: 'fail' } as const;
  return {
    target: stormTarget,
    from: storm === undefined ? 'CRITICAL' : 'HEALTHY',
    to: storm === undefined ? 'HEALTHY' : 'CRITICAL',
    since: at,
    failing:
      storm === undefined
        ? []
        : [{ ...check, attempts: 1, durationMs: 0, detail: reason.slice(0, 1_000), observedAt: at }],
    flapping: false,
    dependenciesDown: [],
    reason,
  };
}

/** What people are asked to do in a storm. */
export const stormAsks = 'look at the storm';

/** The one call for all of them; again, as news, whenever the storm has grown. */
export function stormCall(storm: Storm, incidentId: string, at: string): EventData<'escalation.requested'> {
  const reason = describeStorm(storm);
  return {
    escalationId: `storm-${incidentId}-${storm.size}-${severityRank(storm.worst)}`,
    incidentId,
    service: stormTarget.service,
    severity: storm.worst,
    title: `Storm: ${storm.services.length} services are in trouble at once`,
    hasOwnTitle: true,
    reason,
    details: 'Their own pages wait for its end, but for SEV0. What may be healed is healed a few a minute.',
    asks: `${stormAsks}${storm.size === 0 ? '' : `, which has doubled ${storm.size} times`}`,
    notify: [],
    urgent: false,
    requestedAt: at,
  };
}
