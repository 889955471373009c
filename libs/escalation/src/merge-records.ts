import type { EscalationNotification, EscalationPlanItem, EscalationRecord } from '@cortex/contracts';

/**
 * Merges the changes made while the store was away (`local`) into the stored record. Every notification, page and
 * answer of either side is kept.
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
  const isOpen = stored.status === 'active';
  return {
    ...stored,
    status: isOpen ? local.status : stored.status,
    ...(isOpen && local.endedAt !== undefined ? { endedAt: local.endedAt } : {}),
    plan: [...plan, ...(isOpen ? added : added.map((item) => skipped(item)))],
    notifications: [...pages, ...local.notifications.filter((page) => !known.has(page.key))],
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

function skipped(item: EscalationPlanItem): EscalationPlanItem {
  return item.status === 'waiting' ? { ...item, status: 'skipped' } : item;
}
