import { escapeToken } from '@cortex/contracts';
import type { EscalationNotification, EscalationPlanItem, EscalationRecord } from '@cortex/contracts';
import type { EscalationSettings } from './settings.ts';
import { later } from './time.ts';

/** Whether the condition of the level still holds. Nobody is told of an incident that is over. */
export function conditionHolds(record: EscalationRecord, condition: EscalationPlanItem['condition']): boolean {
  switch (condition) {
    case 'not_acknowledged':
      return record.status !== 'acknowledged' && record.status !== 'resolved';
    case 'always':
    case 'not_resolved':
      return record.status !== 'resolved';
    default: {
      const never: never = condition;
      return never;
    }
  }
}

/**
 * The pages of one due level: one for each channel of each contact. An unknown contact gives a failed page. `position`
 * is the level's place in the plan, which only ever grows, so the keys are unique and stable.
 */
export function pagesOf(
  item: EscalationPlanItem,
  position: number,
  settings: Pick<EscalationSettings, 'contacts'>,
  now: string,
): EscalationNotification[] {
  const prefix = `${escapeToken(item.escalationId)}.${position}.${item.level}`;
  return item.notify.flatMap((name): EscalationNotification[] => {
    const base = {
      escalationId: item.escalationId,
      kind: item.kind,
      level: item.level,
      contact: name,
      condition: item.condition,
      attempts: 0,
      attempting: false,
      at: now,
      reported: false,
    };
    const contact = settings.contacts.find((candidate) => candidate.name === name);
    if (contact === undefined) {
      const detail = `no contact "${name}" in the configuration`;
      return [
        { ...base, key: `${prefix}.${escapeToken(name)}.none`, channel: 'none', position: 0, status: 'failed', detail },
      ];
    }
    return contact.channels.map((channel, index) => ({
      ...base,
      key: `${prefix}.${escapeToken(name)}.${index}-${escapeToken(channel.type)}`,
      channel: channel.type,
      position: index,
      status: 'pending',
      nextTryAt: now,
      detail: '',
    }));
  });
}

/** The outcome of one attempt to send one page. */
export interface SendOutcome {
  readonly delivered: boolean;
  readonly detail: string;
  readonly retryable?: boolean;
  /** The delay that the receiver asked for; an earlier attempt would be refused again. */
  readonly retryAfterMs?: number;
}

const longestRetryAfterMs = 60 * 60_000;

/** The page after an attempt: delivered, to be tried again, or given up. */
export function afterAttempt(
  page: EscalationNotification,
  outcome: SendOutcome,
  retry: EscalationSettings['retry'],
  now: string,
): EscalationNotification {
  const { nextTryAt: _, ...settled } = { ...page, attempting: false };
  const detail = outcome.detail.slice(0, 1_000);
  if (outcome.delivered) return { ...settled, status: 'delivered', at: now, detail };
  if (outcome.retryable !== true) return { ...settled, status: 'failed', at: now, detail: `given up: ${detail}` };
  if (page.attempts >= retry.maxAttempts) {
    return { ...settled, status: 'failed', at: now, detail: `given up after ${page.attempts} attempts: ${detail}` };
  }
  const backOffMs = Math.min(retry.baseMs * 2 ** (page.attempts - 1), retry.capMs);
  const delayMs = Math.max(backOffMs, Math.min(outcome.retryAfterMs ?? 0, longestRetryAfterMs));
  return { ...settled, at: now, detail, nextTryAt: later(now, delayMs) };
}
