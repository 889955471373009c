import type { EscalationNotification, EscalationPlanItem, EscalationRecord, EventData } from '@cortex/contracts';
import type { IncidentFacts } from './incident-facts.ts';
import { afterAttempt, conditionHolds, pagesOf } from './notifications.ts';
import type { SendOutcome } from './notifications.ts';
import { remember, skipIfWaiting, withoutEnd } from './record-changes.ts';
import type { EscalationSettings } from './settings.ts';
import { takeRequest } from './take-request.ts';
import type { Cause } from './take-request.ts';
import { earliest, later } from './time.ts';
import { fallbackPages, isTold, resolvedNotices, withdrawPages } from './to-be-told.ts';

type Request = EventData<'escalation.requested'>;

export type EscalationInput =
  | { readonly kind: 'requested'; readonly event: Cause; readonly request: Request; readonly incident?: IncidentFacts }
  | { readonly kind: 'acknowledged'; readonly eventId: string; readonly by: string; readonly at: string }
  | { readonly kind: 'resolved'; readonly eventId: string; readonly at: string }
  /** Time has passed: a timer fired, or the service started. */
  | { readonly kind: 'due'; readonly incident?: IncidentFacts }
  | { readonly kind: 'sent'; readonly key: string; readonly outcome: SendOutcome };

/** A page to send now, with the request that it is about. */
export interface PageOrder {
  readonly notification: EscalationNotification;
  readonly request: Request;
}

export interface EscalationStep {
  readonly record: EscalationRecord | undefined;
  /** Send these once `record` is written. They are claimed: no other process sends them before the claim expires. */
  readonly notify: readonly PageOrder[];
  /** When to call again with `due`; at most one. */
  readonly timers: readonly { readonly dueAt: string }[];
}

/** How often a quiet incident is looked at while its first page waits, and for how long. */
const quietLookMs = 30_000;
const longestQuietMs = 15 * 60_000;

/** Spec 5.3: who is notified, when, and again until somebody answers. Pure; the same input applied twice changes nothing. */
export function stepEscalation(
  record: EscalationRecord | undefined,
  input: EscalationInput,
  settings: EscalationSettings,
  now: string,
): EscalationStep {
  const taken = takeIn(record, input, settings, now);
  if (taken === undefined) return { record: undefined, notify: [], timers: [] };
  const isQuiet = 'incident' in input && input.incident?.isQuiet === true;
  const held = isQuiet ? waitForReturn(taken, now) : taken;
  const planned = repeatLastLevel(notifyDueLevels(withdrawPages(held, now), settings, now), settings, now);
  const added = [...fallbackPages(planned, settings, now), ...resolvedNotices(planned, now)];
  const told = added.length === 0 ? planned : { ...planned, notifications: [...planned.notifications, ...added] };
  const { record: claimed, notify } = claimPages(told, settings, now);
  const dueAt = nextMoment(claimed);
  return { record: claimed, notify, timers: dueAt === undefined ? [] : [{ dueAt }] };
}

/** When the record next needs work: a level, a repeat, or a page to send again. */
export function nextMoment(record: EscalationRecord): string | undefined {
  return earliest([
    ...record.plan.filter((item) => item.status === 'waiting').map((item) => item.dueAt),
    ...record.notifications.flatMap((page) =>
      page.status === 'pending' && page.nextTryAt !== undefined ? [page.nextTryAt] : [],
    ),
  ]);
}

/** Pages whose outcome has not been published yet. */
export function unreported(record: EscalationRecord): readonly EscalationNotification[] {
  return record.notifications.filter((page) => page.status !== 'pending' && !page.reported);
}

/** The record after one attempt to send one page; nothing else changes. */
export function settlePage(
  record: EscalationRecord,
  key: string,
  outcome: SendOutcome,
  settings: EscalationSettings,
  now: string,
): EscalationRecord {
  const notifications = record.notifications.map((page) =>
    page.key === key && (page.status === 'pending' || outcome.delivered)
      ? afterAttempt(page, outcome, settings.retry, now)
      : page,
  );
  return { ...record, notifications };
}

/** Notes that `escalation.notified` was published for these pages. */
export function markReported(record: EscalationRecord, keys: readonly string[]): EscalationRecord {
  const notifications = record.notifications.map((page) =>
    keys.includes(page.key) && page.status !== 'pending' ? { ...page, reported: true } : page,
  );
  return { ...record, notifications };
}

function takeIn(
  record: EscalationRecord | undefined,
  input: EscalationInput,
  settings: EscalationSettings,
  now: string,
): EscalationRecord | undefined {
  if (input.kind === 'requested') {
    const requested = record?.applied.includes(input.event.id)
      ? record
      : takeRequest(record, input.event, input.request, input.incident, settings, now);
    return takeFacts(requested, input.incident);
  }
  if (record === undefined) return undefined;
  switch (input.kind) {
    case 'acknowledged':
      return acknowledge(record, input.by, input.at, input.eventId);
    case 'resolved':
      return resolve(record, input.at, input.eventId);
    case 'due':
      return takeFacts(record, input.incident);
    case 'sent':
      return settlePage(record, input.key, input.outcome, settings, now);
    default: {
      const never: never = input;
      return never;
    }
  }
}

function takeFacts(
  record: EscalationRecord | undefined,
  facts: IncidentFacts | undefined,
): EscalationRecord | undefined {
  if (record === undefined || facts === undefined) return record;
  const { acknowledged, resolvedAt } = facts;
  const answered = acknowledged === undefined ? record : acknowledge(record, acknowledged.by, acknowledged.at);
  return resolvedAt === undefined ? answered : resolve(answered, resolvedAt);
}

function acknowledge(record: EscalationRecord, by: string, at: string, eventId?: string): EscalationRecord {
  if (eventId !== undefined && record.applied.includes(eventId)) return record;
  const applied = eventId === undefined ? record.applied : remember(record.applied, eventId);
  const isTooEarly = record.acknowledgeFrom !== undefined && at < record.acknowledgeFrom;
  if (isTooEarly || record.status === 'resolved' || record.status === 'acknowledged') return { ...record, applied };
  return { ...withoutEnd(record), status: 'acknowledged', acknowledgedBy: by, acknowledgedAt: at, applied };
}

function resolve(record: EscalationRecord, at: string, eventId?: string): EscalationRecord {
  if (eventId !== undefined && record.applied.includes(eventId)) return record;
  const applied = eventId === undefined ? record.applied : remember(record.applied, eventId);
  if (record.status === 'resolved') return { ...record, applied };
  return { ...record, status: 'resolved', endedAt: at, plan: record.plan.map((item) => skipIfWaiting(item)), applied };
}

/**
 * Nothing is wrong at present, and nobody has been told: the first page waits for the incident to end or its trouble to
 * return, for a bounded time.
 */
function waitForReturn(record: EscalationRecord, now: string): EscalationRecord {
  const isLongEnough = now >= later(record.triggeredAt, longestQuietMs);
  if (record.status !== 'active' || isTold(record) || record.request.urgent || isLongEnough) return record;
  const plan = record.plan.map((item) =>
    item.status === 'waiting' && item.dueAt <= now ? { ...item, dueAt: later(now, quietLookMs) } : item,
  );
  return { ...record, plan };
}

function notifyDueLevels(record: EscalationRecord, settings: EscalationSettings, now: string): EscalationRecord {
  const pages: EscalationNotification[] = [];
  const plan = record.plan.map((item, position): EscalationPlanItem => {
    if (item.status !== 'waiting' || item.dueAt > now) return item;
    if (!conditionHolds(record, item.condition)) return { ...item, status: 'skipped' };
    pages.push(...pagesOf(item, position, settings, now));
    return { ...item, status: 'told' };
  });
  return { ...record, plan, notifications: [...record.notifications, ...pages] };
}

/**
 * Every level was notified and nobody answers: the last one is notified again, then the chain is exhausted. SEV3 is
 * notified once.
 */
function repeatLastLevel(record: EscalationRecord, settings: EscalationSettings, now: string): EscalationRecord {
  if (record.status !== 'active' || record.plan.some((item) => item.status === 'waiting')) return record;
  const last = record.plan.findLast((item) => item.status === 'told' && item.level > 0);
  const { everyMs, times: most } = settings.paging.reminder;
  const times = record.request.severity === 'SEV3' ? 0 : most;
  if (last === undefined || last.round >= times) return { ...record, status: 'exhausted', endedAt: now };
  const dueAt = later(now, everyMs);
  const again: EscalationPlanItem = {
    ...last,
    kind: 'reminder',
    round: last.round + 1,
    dueAt,
    condition: 'not_acknowledged',
    status: 'waiting',
  };
  return { ...record, plan: [...record.plan, again] };
}

/** Counts the attempt before it is made, so that a crash during it leads to another attempt, not to a lost page. */
function claimPages(
  record: EscalationRecord,
  settings: EscalationSettings,
  now: string,
): { record: EscalationRecord; notify: readonly PageOrder[] } {
  const notify: PageOrder[] = [];
  const notifications = record.notifications.map((page) => {
    if (page.status !== 'pending' || page.nextTryAt === undefined || page.nextTryAt > now) return page;
    const attempts = page.attempts + 1;
    const claimed = { ...page, attempts, attempting: true, nextTryAt: later(now, settings.claimMs) };
    notify.push({ notification: claimed, request: requestOf(record, page.escalationId) });
    return claimed;
  });
  return notify.length === 0 ? { record, notify } : { record: { ...record, notifications }, notify };
}

function requestOf(record: EscalationRecord, escalationId: string): Request {
  return record.requests.findLast((entry) => entry.request.escalationId === escalationId)?.request ?? record.request;
}
