import type { HealthState, IncidentSeverity } from '@cortex/contracts';
import type { IncidentItem, Overview, Status, TargetView } from '@cortex/api';
import { healthScore } from './health-score.ts';
import { isOpen } from './incident-item.ts';

const worstFirst: readonly HealthState[] = ['CRITICAL', 'UNHEALTHY', 'DEGRADED', 'UNKNOWN', 'HEALTHY'];
const minuteMs = 60_000;
const activityMinutes = 60;
const recentRemediations = 10;

export function countIncidents(items: readonly IncidentItem[]): Status['counts'] {
  const open = items.filter(isOpen);
  const inStatus = (...statuses: readonly string[]): number =>
    open.filter((item) => statuses.includes(item.status)).length;
  return {
    open: open.length,
    remediating: inStatus('remediating', 'verifying', 'rolling_back'),
    escalated: inStatus('escalated'),
    awaitingApproval: inStatus('awaiting_approval'),
    resolved: items.length - open.length,
  };
}

const waitingShown = 100;

/** What waits for what, the longest first. */
export function waitingIncidents(items: readonly IncidentItem[]): Status['waiting'] {
  return items
    .flatMap(({ id, service, waiting }) => (waiting === undefined ? [] : [{ incidentId: id, service, waiting }]))
    .sort((left, right) => left.waiting.since.localeCompare(right.waiting.since))
    .slice(0, waitingShown);
}

const takenShown = 100;

/** Open incidents that people have taken, the oldest first. */
export function takenIncidents(items: readonly IncidentItem[]): Status['taken'] {
  return items
    .filter(isOpen)
    .toSorted((left, right) => left.openedAt.localeCompare(right.openedAt))
    .flatMap(({ id, service, acknowledgedBy: by }) => (by === undefined ? [] : [{ incidentId: id, service, by }]))
    .slice(0, takenShown);
}

/** The real-time dashboard of spec 10.2, computed from records alone. */
export function overview(items: readonly IncidentItem[], targets: readonly TargetView[], now: Date): Overview {
  const score = healthScore(targets, items);
  return {
    counts: countIncidents(items),
    ...(score === undefined ? {} : { health: score }),
    activity: activity(items, now),
    heatMap: heatMap(items, targets, now),
    recentRemediations: items
      .flatMap((item) =>
        item.attempts.map((attempt) => ({
          at: attempt.completedAt ?? attempt.startedAt ?? attempt.requestedAt,
          incidentId: item.id,
          service: item.service,
          issue: item.title,
          playbookId: attempt.playbookId,
          status: attempt.verification ?? attempt.outcome ?? 'running',
        })),
      )
      .sort((left, right) => right.at.localeCompare(left.at))
      .slice(0, recentRemediations),
  };
}

function activity(items: readonly IncidentItem[], now: Date): Overview['activity'] {
  const start = now.getTime() - activityMinutes * minuteMs;
  const recent = items.filter((item) => isOpen(item) || Date.parse(item.resolution?.at ?? item.updatedAt) >= start);
  return Array.from({ length: activityMinutes + 1 }, (_, index) => {
    const at = new Date(start + index * minuteMs).toISOString();
    const open = recent.filter((item) => item.openedAt <= at && at < (item.resolution?.at ?? '9'));
    return {
      at,
      open: open.length,
      remediating: open.filter((item) =>
        item.attempts.some((attempt) => (attempt.startedAt ?? '9') <= at && at < healedUntil(attempt)),
      ).length,
      escalated: open.filter((item) => (item.escalatedAt ?? '9') <= at).length,
    };
  });
}

/** Healing lasts until it is verified or given up. */
function healedUntil({ outcome, completedAt, verifiedAt }: IncidentItem['attempts'][number]): string {
  const isBeingProved = outcome === undefined || outcome === 'succeeded';
  return verifiedAt ?? (isBeingProved ? '9' : (completedAt ?? '9'));
}

function heatMap(items: readonly IncidentItem[], targets: readonly TargetView[], now: Date): Overview['heatMap'] {
  const yesterday = new Date(now.getTime() - 24 * 60 * minuteMs).toISOString();
  const names = new Set([
    ...targets.map((view) => view.target.service),
    ...items.filter(isOpen).map((item) => item.service),
  ]);
  return [...names].map((service) => {
    const own = targets.filter((view) => view.target.service === service);
    const incidents = items.filter((item) => item.service === service);
    const open = incidents.filter(isOpen);
    const severity = worstSeverity(open);
    return {
      service,
      critical: own.some((view) => view.critical),
      state: worstFirst.find((state) => own.some((view) => view.state === state)) ?? 'UNKNOWN',
      openIncidents: open.length,
      incidents24h: incidents.filter((item) => item.openedAt >= yesterday).length,
      ...(severity === undefined ? {} : { worstSeverity: severity }),
    };
  });
}

function worstSeverity(items: readonly IncidentItem[]): IncidentSeverity | undefined {
  // SEV0 sorts first and is the worst.
  return items.map((item) => item.severity).sort()[0];
}
