import { type AnomalySeverity, type Incident, type IncidentSeverity, type Signal, targetKey } from '@cortex/contracts';
import { isDown } from '@cortex/topology';
import type { HarmVerdict, ScorePart, SeverityScore } from '../model/assessment.ts';
import type { Facts } from '../model/facts.ts';
import type { Trend } from '../model/memory.ts';
import { anomalyRank } from '../levels.ts';
import { msBetween } from '../time.ts';
import { usersAffected } from './blast-radius.ts';

/**
 * The scoring of spec 6.1 step 2, in one table. Points add up to at most 105; the examples of spec 5.1 fix the limits.
 *
 * | part | points | why |
 * |---|---|---|
 * | worst signal | anomaly info 5, low 10, medium 20, high 25, critical 30; beyond a limit of harm at least 20, not harmful at most 10; DEGRADED 20, UNHEALTHY 25, CRITICAL 30 | how far from normal the worst place is; spec 5.1 calls elevated resource use SEV2, so that alone reaches it |
 * | share of instances down × 20 | 0 to 20 | a complete outage hurts more than one of many copies; an anomaly alone takes nothing down |
 * | critical service | 20 | the user said so |
 * | share of all users × 10 | 0 to 10 | impact, spec 6.1 |
 * | dependants in trouble × 5 | 0 to 10 | impact on other services |
 * | duration | 3 from 15 min, 5 from 1 h | raising by a whole level after 1 h is a trigger of its own, spec 5.4 |
 * | trend | worsening +5, improving −5 | spec 6.1 |
 * | history | 5 when seen three times before | what comes back was not fixed |
 *
 * SEV0 from 65: a critical service wholly down (25 + 20 + 20). SEV1 from 50: half of a critical service down
 * (25 + 10 + 20), or a comprehensive check failed everywhere (30 + 20). SEV2 from 20. SEV3 below, and always outside
 * production, and while users do not suffer.
 */
const severityLimits: readonly (readonly [IncidentSeverity, number])[] = [
  ['SEV0', 65],
  ['SEV1', 50],
  ['SEV2', 20],
];

const anomalyPoints: Readonly<Record<AnomalySeverity, number>> = {
  info: 5,
  low: 10,
  medium: 20,
  high: 25,
  critical: 30,
};
const healthPoints: Readonly<Record<string, number>> = { DEGRADED: 20, UNHEALTHY: 25, CRITICAL: 30 };
const minuteMs = 60_000;

/** Scores an incident as it is now. Spec 6.1 step 2. */
export function scoreSeverity(
  incident: Incident,
  facts: Facts,
  trend: Trend,
  harm: HarmVerdict,
  now: string,
): SeverityScore {
  const service = facts.services.get(incident.service);
  const parts = partsOf(incident, facts, trend, harm, now);
  const score = round(Object.values(parts).reduce((sum, { points }) => sum + points, 0));
  const limit = severityLimits.find(([, least]) => score >= least);
  const environment = service?.environment ?? facts.environment;
  const isProduction = environment === 'production';
  const limits = isProduction
    ? severityLimits.map(([name, least]) => `${name} from ${least}`).join(', ')
    : `SEV3 outside production (${environment})`;
  const byPoints = isProduction ? (limit?.[0] ?? 'SEV3') : 'SEV3';
  return { severity: harm.isHarmful ? byPoints : 'SEV3', byPoints, score, parts, limits };
}

/** Points of the anomalies that are harm, and of those that are none, by themselves: SEV2 and SEV3. */
const leastHarm = 20;
const mostRarity = 10;

/** How much a signal counts, by what it means. */
function pointsOf(signal: Signal, { harmful }: HarmVerdict): number {
  const points = signalPoints(signal);
  if (signal.kind === 'health') return points;
  if (!harmful.includes(signal)) return Math.min(mostRarity, points);
  return signal.harm?.kind === 'limit' ? Math.max(leastHarm, points) : points;
}

function partsOf(
  incident: Incident,
  facts: Facts,
  trend: Trend,
  harm: HarmVerdict,
  now: string,
): Record<string, ScorePart> {
  const service = facts.services.get(incident.service);
  const [worst] = incident.signals
    .filter((signal) => signal.active)
    .toSorted((left, right) => pointsOf(right, harm) - pointsOf(left, harm));
  const instances = service?.instances.length ?? 0;
  const down = countDown(incident, facts);
  const allUsers = [...facts.services.values()].reduce((sum, one) => sum + (one.users ?? 0), 0);
  const users = usersAffected(incident.affected, facts);
  const dependants = incident.affected.services.slice(1);
  const durationMs = msBetween(incident.startedAt, now);
  const seenBefore = facts.history.filter((past) => past.cause === incident.cause).length;
  return {
    worst_signal: {
      points: worst === undefined ? 0 : pointsOf(worst, harm),
      from: worst === undefined ? 'nothing is wrong any more' : signalText(worst),
    },
    instances_down: {
      points: instances === 0 ? 0 : round(20 * (down / instances)),
      from: `20 × ${down} of ${instances} instances`,
    },
    critical_service:
      service?.critical === true ? { points: 20, from: 'marked critical' } : { points: 0, from: 'not marked' },
    users: {
      points: allUsers === 0 ? 0 : round(10 * Math.min(1, users / allUsers)),
      from: allUsers === 0 ? 'no number of users is configured' : `10 × ${users} of ${allUsers} users`,
    },
    dependants: {
      points: Math.min(10, 5 * dependants.length),
      from: `5 × ${dependants.length} in trouble, at most 10${dependants.length === 0 ? '' : `: ${dependants.join(', ')}`}`,
    },
    duration: {
      points: durationPoints(durationMs),
      from: `since ${incident.startedAt}, ${Math.floor(durationMs / 1_000)} s; 3 from 15 min, 5 from 1 h`,
    },
    trend: { points: trendPoints[trend], from: trend },
    history: {
      points: seenBefore >= 3 ? 5 : 0,
      from: `${seenBefore} earlier incidents with the cause ${incident.cause}; 5 from 3 on`,
    },
  };
}

function signalText({ summary, healthState, severity, startedAt }: Signal): string {
  return `${healthState ?? severity ?? 'unknown'} since ${startedAt}: ${summary}`;
}

/** How far from normal it is. */
export function signalPoints(signal: Signal): number {
  const byAnomaly = signal.severity === undefined ? 0 : anomalyPoints[signal.severity];
  return Math.max(byAnomaly, healthPoints[signal.healthState ?? ''] ?? 0);
}

/** How many of the service's instances are down by their signal or by the last known health. */
function countDown(incident: Incident, facts: Facts): number {
  const instances = facts.services.get(incident.service)?.instances ?? [];
  const bySignal = new Set(
    incident.signals
      .filter((signal) => signal.active && (signal.healthState === 'UNHEALTHY' || signal.healthState === 'CRITICAL'))
      .map((signal) => signal.target.instance),
  );
  return instances.filter(
    (one) =>
      bySignal.has(one.id) ||
      isDown(facts.health.get(targetKey({ service: incident.service, instance: one.id }))?.state),
  ).length;
}

function durationPoints(ms: number): number {
  if (ms >= 60 * minuteMs) return 5;
  return ms >= 15 * minuteMs ? 3 : 0;
}

const trendPoints: Readonly<Record<Trend, number>> = { worsening: 5, stable: 0, improving: -5 };

/** Better, worse or the same since the last look, by how many signals are active and how bad the worst is. */
export function trendOf(
  before: { readonly active: number; readonly worst: number } | undefined,
  after: { readonly active: number; readonly worst: number },
  lastTrend: Trend,
): Trend {
  // What comes back after all was well is no trend.
  if (before === undefined || (before.active === 0 && after.active > 0)) return 'stable';
  if (after.active > before.active || after.worst > before.worst) return 'worsening';
  if (after.active < before.active || after.worst < before.worst) return 'improving';
  return lastTrend;
}

/** How much is wrong, for {@link trendOf}. */
export function activityOf(incident: Incident): { active: number; worst: number } {
  const active = incident.signals.filter((signal) => signal.active);
  const ranks = active.map((signal) => Math.max(signalPoints(signal), anomalyRank(signal.severity ?? 'info')));
  return { active: active.length, worst: Math.max(0, ...ranks) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
