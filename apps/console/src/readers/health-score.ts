import type { HealthState, IncidentSeverity } from '@cortex/contracts';
import { shortId, type HealthScore, type IncidentItem, type TargetView } from '@cortex/api';
import { isOpen } from './incident-item.ts';

/** What a target adds to the score by its state. UNKNOWN is left out. */
const stateShare: Readonly<Record<HealthState, number | undefined>> = {
  HEALTHY: 1,
  DEGRADED: 0.6,
  UNHEALTHY: 0.2,
  CRITICAL: 0,
  UNKNOWN: undefined,
};

/** The most that a target adds while an incident is open on it: its users see the trouble, whatever its checks say. */
const incidentShare: Readonly<Record<IncidentSeverity, number>> = { SEV0: 0, SEV1: 0.2, SEV2: 0.6, SEV3: 0.9 };

const mostReasons = 10;

interface Share {
  readonly name: string;
  readonly share: number;
  readonly because: string;
}

/** 0 to 100: the mean share of all targets that are known or have an open incident, and what lowers it. */
export function healthScore(
  targets: readonly TargetView[],
  items: readonly IncidentItem[] = [],
): HealthScore | undefined {
  const open = items.filter(isOpen);
  const known = new Set(targets.map(({ target }) => target.service));
  const shares = [
    ...targets.flatMap((view) => shareOf(view, open)),
    // Trouble of a service that nobody configured counts as much as that of one target.
    ...open.filter(({ service }) => !known.has(service)).map((item) => capped(item.service, item)),
  ];
  if (shares.length === 0) return undefined;
  const lowered = shares.filter(({ share }) => share < 1).sort((left, right) => left.share - right.share);
  const mean = shares.reduce((sum, { share }) => sum + share, 0) / shares.length;
  const rounded = Math.round(mean * 1_000) / 10;
  // One of ten thousand is not nothing.
  const value = lowered.length === 0 ? 100 : Math.min(rounded, 99.9);
  return { value, targets: shares.length, lowered: lowered.slice(0, mostReasons), loweredTotal: lowered.length };
}

function shareOf({ target, state }: TargetView, open: readonly IncidentItem[]): readonly Share[] {
  const name = `${target.service}/${target.instance}`;
  const own = open.filter(
    ({ service, instances }) =>
      service === target.service && (instances.length === 0 || instances.includes(target.instance)),
  );
  const byIncident = own.map((item) => capped(name, item));
  const byState = stateShare[state];
  const shares = [...(byState === undefined ? [] : [{ name, share: byState, because: state }]), ...byIncident];
  const [lowest] = shares.sort((left, right) => left.share - right.share);
  return lowest === undefined ? [] : [lowest];
}

function capped(name: string, { id, severity }: IncidentItem): Share {
  return { name, share: incidentShare[severity], because: `${severity}, incident ${shortId(id)}` };
}
