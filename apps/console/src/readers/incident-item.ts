import type { Incident } from '@cortex/contracts';
import type { IncidentItem } from '@cortex/api';

/** The list fields of a whole record. */
export function incidentItem(incident: Incident): IncidentItem {
  const firstEscalation = incident.escalations[0];
  return {
    id: incident.id,
    service: incident.service,
    title: incident.title,
    status: incident.status,
    severity: incident.severity,
    cause: incident.cause,
    blastRadius: incident.blastRadius.level,
    environment: incident.environment,
    startedAt: incident.startedAt,
    detectedAt: incident.detectedAt,
    openedAt: incident.openedAt,
    updatedAt: incident.updatedAt,
    activeSignals: incident.signals.filter((signal) => signal.active).length,
    instances: incident.affected.instances,
    attempts: incident.attempts.map(
      ({ playbookId, requestedAt, startedAt, completedAt, outcome, verification, verifiedAt }) => ({
        playbookId,
        requestedAt,
        ...(startedAt === undefined ? {} : { startedAt }),
        ...(completedAt === undefined ? {} : { completedAt }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(verification === undefined ? {} : { verification }),
        ...(verifiedAt === undefined ? {} : { verifiedAt }),
      }),
    ),
    ...(incident.waiting === undefined ? {} : { waiting: incident.waiting }),
    ...(incident.recurrence === undefined ? {} : { recurrence: incident.recurrence }),
    ...(firstEscalation === undefined ? {} : { escalatedAt: firstEscalation.at }),
    ...(incident.acknowledgedBy === undefined ? {} : { acknowledgedBy: incident.acknowledgedBy }),
    ...(incident.approval === undefined ? {} : { approval: incident.approval }),
    ...(incident.resolution === undefined ? {} : { resolution: incident.resolution }),
  };
}

export function isOpen(item: Pick<IncidentItem, 'status'>): boolean {
  return item.status !== 'resolved';
}

/** Open ones first, then newest first; ties by id, so that a list is stable. */
export function byUrgency(left: IncidentItem, right: IncidentItem): number {
  if (isOpen(left) !== isOpen(right)) return isOpen(left) ? -1 : 1;
  return right.openedAt.localeCompare(left.openedAt) || left.id.localeCompare(right.id);
}
