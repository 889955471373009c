import type { EscalationNotification, EventData } from '@cortex/contracts';
import { pagesOf } from './notifications.ts';
import type { EscalationSettings } from './settings.ts';

/**
 * The pages for a request that cannot be handled: to the fallback contact, or to everybody where none is configured, under
 * keys that are the same whenever it is tried again.
 */
export function lastResortPages(
  request: EventData<'escalation.requested'>,
  settings: Pick<EscalationSettings, 'contacts' | 'paging'>,
  now: string,
): readonly EscalationNotification[] {
  const { fallback } = settings.paging;
  const notify = fallback === undefined ? settings.contacts.map((contact) => contact.name) : [fallback];
  const escalationId = `${request.escalationId}-last-resort`;
  const item = { escalationId, kind: 'page', level: 0, round: 0, dueAt: now, condition: 'always' } as const;
  return pagesOf({ ...item, notify, status: 'told' }, 0, settings, now);
}
