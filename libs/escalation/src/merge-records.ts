import type { EscalationNotification, EscalationPlanItem, EscalationRecord } from '@cortex/contracts';
import { skipIfWaiting } from './record-changes.ts';

/**
 * Merges the changes made while the store took nothing (`local`) into the stored record. Every request, page and answer of
 * either side is kept. A request that only memory has taken is newer than what is stored, unless that is over.
 */
export function mergeRecords(stored: EscalationRecord, local: EscalationRecord): EscalationRecord {
  const plan = stored.plan.map((item) => {
    const other = local.plan.find((candidate) => isSameItem(item, candidate));
    return item.status === 'waiting' && other !== undefined ? { ...item, status: other.status } : item;
  });
  const added = local.plan.filter((item) => !stored.plan.some((candidate) => isSameItem(item, candidate)));
  const pages = stored.notifications.map((page) => {
    const other = local.notifications.find((candidate) => candidate.key === page.key);
    return other === undefined ? page : further(page, other);
  });
  const known = new Set(pages.map((page) => page.key));
  const more = local.requests.filter(({ event }) => !stored.requests.some((one) => one.event.id === event.id));
  const isOpen = stored.status === 'active' || (more.length > 0 && stored.status !== 'resolved');
  return {
    ...stored,
    ...(isOpen ? stateOf(local) : {}),
    ...(more.length > 0 ? { request: local.request } : {}),
    plan: [...plan, ...(isOpen ? added : added.map((item) => skipIfWaiting(item)))],
    notifications: [...pages, ...local.notifications.filter((page) => !known.has(page.key))],
    requests: [...stored.requests, ...more].slice(-50),
    asked: [...new Set([...stored.asked, ...local.asked])].slice(-50),
    applied: [...new Set([...stored.applied, ...local.applied])].slice(-256),
  };
}

function stateOf(record: EscalationRecord): Partial<EscalationRecord> {
  const { policyId, status, triggeredAt, acknowledgeFrom, acknowledgeAfter, acknowledgedBy, acknowledgedAt, endedAt } =
    record;
  return {
    policyId,
    status,
    triggeredAt,
    ...(acknowledgeFrom === undefined ? {} : { acknowledgeFrom }),
    ...(acknowledgeAfter === undefined ? {} : { acknowledgeAfter }),
    ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
    ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** Not by its time: a hold may have moved it meanwhile. */
function isSameItem(left: EscalationPlanItem, right: EscalationPlanItem): boolean {
  return left.escalationId === right.escalationId && left.level === right.level && left.round === right.round;
}

const progress = { pending: 0, failed: 1, delivered: 2 } as const;

function further(left: EscalationNotification, right: EscalationNotification): EscalationNotification {
  const difference = progress[right.status] - progress[left.status] || right.attempts - left.attempts;
  const chosen = difference > 0 ? right : left;
  return { ...chosen, reported: left.reported || right.reported };
}
