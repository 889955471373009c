import { escapeToken } from '@cortex/contracts';
import type { EscalationNotification, EscalationRecord } from '@cortex/contracts';
import { conditionHolds } from './notifications.ts';
import type { EscalationSettings } from './settings.ts';

/** After this many attempts that failed, somebody else is told meanwhile. */
const attemptsBeforeFallback = 3;

/** True when a page of this record was begun: whoever was to get it may know of the incident. */
export function isTold(record: EscalationRecord): boolean {
  return record.plan.some((item) => item.status === 'told');
}

/**
 * A page is withdrawn when the condition under which it was sent has ceased to hold. An attempt whose outcome is still
 * to come is waited for, so that whoever got it hears of the end.
 */
export function withdrawPages(record: EscalationRecord, now: string): EscalationRecord {
  const notifications = record.notifications.map((page): EscalationNotification => {
    if (page.status !== 'pending' || page.kind === 'resolved' || conditionHolds(record, page.condition)) return page;
    if (page.attempting && page.nextTryAt !== undefined && page.nextTryAt > now) return page;
    const { nextTryAt: _, ...settled } = page;
    const cause = record.status === 'resolved' ? 'the incident is resolved' : `${record.acknowledgedBy} acknowledged`;
    return { ...settled, status: 'failed', at: now, detail: `withdrawn: ${cause}` };
  });
  return { ...record, notifications };
}

/** One notice for each channel that was paged, or may have been, once the incident is over, however it ended. */
export function resolvedNotices(record: EscalationRecord, now: string): readonly EscalationNotification[] {
  if (record.status !== 'resolved') return [];
  const known = new Set(record.notifications.map((page) => page.key));
  return record.notifications.flatMap((page): EscalationNotification[] => {
    const mayHaveArrived = page.status === 'delivered' || (page.status === 'failed' && page.attempting);
    const channel = `${page.position}-${escapeToken(page.channel)}`;
    const key = `${escapeToken(record.request.incidentId)}.resolved.${escapeToken(page.contact)}.${channel}`;
    if (page.kind === 'resolved' || !mayHaveArrived || known.has(key)) return [];
    known.add(key);
    const { insteadOf: _, ...told } = page;
    return [{ ...told, ...fresh(now), kind: 'resolved', key, condition: 'always' }];
  });
}

/** What cannot be delivered to a contact is told to the fallback contact, once for each level and contact. */
export function fallbackPages(
  record: EscalationRecord,
  { paging, contacts }: Pick<EscalationSettings, 'paging' | 'contacts'>,
  now: string,
): readonly EscalationNotification[] {
  const fallback = contacts.find((contact) => contact.name === paging.fallback);
  if (fallback === undefined || record.status === 'resolved') return [];
  const known = new Set(record.notifications.map((page) => page.key));
  return record.notifications.flatMap((page) => {
    if (!isUndeliverable(page) || page.contact === fallback.name || wasReachedOtherwise(record, page)) return [];
    return fallback.channels.flatMap((channel, position): EscalationNotification[] => {
      const place = `${position}-${escapeToken(channel.type)}`;
      const key = `${page.key.replace(/\.[^.]*$/, '')}.fallback.${place}`;
      if (known.has(key)) return [];
      known.add(key);
      const insteadOf = { contact: page.contact, detail: page.detail };
      return [{ ...page, ...fresh(now), key, contact: fallback.name, channel: channel.type, position, insteadOf }];
    });
  });
}

function isUndeliverable({ kind, status, attempts, attempting, detail, insteadOf }: EscalationNotification): boolean {
  if (kind === 'resolved' || insteadOf !== undefined || detail.startsWith('withdrawn:')) return false;
  return status === 'failed' || (status === 'pending' && !attempting && attempts >= attemptsBeforeFallback);
}

/** The contact has another channel, which took the page. */
function wasReachedOtherwise(record: EscalationRecord, page: EscalationNotification): boolean {
  const prefix = page.key.replace(/[^.]*$/, '');
  return record.notifications.some((other) => other.status === 'delivered' && other.key.startsWith(prefix));
}

function fresh(now: string) {
  return {
    status: 'pending',
    attempts: 0,
    attempting: false,
    nextTryAt: now,
    at: now,
    detail: '',
    reported: false,
  } as const;
}
