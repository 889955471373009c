import type { EscalationNotification, EscalationPlanItem, EscalationRecord, EventData } from '@cortex/contracts';
import type { IncidentFacts } from './incident-facts.ts';
import { afterAttempt, conditionHolds, pagesOf } from './notifications.ts';
import type { SendOutcome } from './notifications.ts';
import { remindOfAcknowledged, repeatChain } from './repeat-chain.ts';
import { remember, skipIfWaiting, withoutEnd } from './record-changes.ts';
import type { EscalationSettings } from './settings.ts';
import { takeRequest } from './take-request.ts';
import type { Cause } from './take-request.ts';
import { earliest, later } from './time.ts';
import { fallbackPages, isTold, resolvedNotices, withdrawPages } from './to-be-told.ts';

type Request = EventData<'escalation.requested'>;

export type EscalationInput =
  | { readonly kind: 'requested'; readonly event: Cause; readonly request: Request; readonly incident?: IncidentFacts }
  /** `sequence`: the place of its event in the stream that requests stand in, too. */
  | {
      readonly kind: 'acknowledged';
      readonly eventId: string;
      readonly by: string;
      readonly at: string;
      readonly sequence?: number;
    }
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
/** However long a storm lasts, the incidents in it are told of themselves after this time. */
const longestUntoldMs = { quiet: 15 * 60_000, storm: 60 * 60_000 };

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
  const isOneOfMany = 'incident' in input && input.incident?.isInStorm === true && taken.request.severity !== 'SEV0';
  const quiet = isQuiet ? waitUntold(taken, 'quiet', now) : taken;
  const held = isOneOfMany ? waitUntold(quiet, 'storm', now) : quiet;
  const reminded = remindOfAcknowledged(withdrawPages(held, now), settings, now);
  const planned = repeatChain(notifyDueLevels(reminded, settings, now), settings, now);
  const added = [...fallbackPages(planned, settings, now), ...resolvedNotices(planned, now)];
  const told = added.length === 0 ? planned : { ...planned, notifications: [...planned.notifications, ...added] };
  const { record: claimed, notify } = claimPages(told, settings, now);
  const dueAt = nextMoment(claimed);
  return { record: claimed, notify, timers: dueAt === undefined ? [] : [{ dueAt }] };
}

/** When the record next needs work: a level, a repeat, or a page to send again. */
export function nextMoment(record: EscalationRecord): string | undefined {
  return earliest([
    ...(record.remindAt === undefined ? [] : [record.remindAt]),
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
      return acknowledge(record, input, input.eventId);
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
  const answered = acknowledged === undefined ? record : acknowledge(record, acknowledged);
  return resolvedAt === undefined ? answered : resolve(answered, resolvedAt);
}

interface Answer {
  readonly by: string;
  readonly at: string;
  readonly sequence?: number;
}

function acknowledge(record: EscalationRecord, answer: Answer, eventId?: string): EscalationRecord {
  if (eventId !== undefined && record.applied.includes(eventId)) return record;
  const applied = eventId === undefined ? record.applied : remember(record.applied, eventId);
  const isOver = record.status === 'resolved' || record.status === 'acknowledged';
  if (isOver || isTooEarly(record, answer)) return { ...record, applied };
  return {
    ...withoutEnd(record),
    status: 'acknowledged',
    acknowledgedBy: answer.by,
    acknowledgedAt: answer.at,
    applied,
  };
}

/** Whether an answer was given before the urgent request. By their order in the stream: each clock is its own. */
function isTooEarly({ acknowledgeAfter, acknowledgeFrom }: EscalationRecord, { sequence, at }: Answer): boolean {
  // Whoever knows of an answer before its event comes, cannot tell its place: the event will.
  if (acknowledgeAfter !== undefined) return sequence === undefined || sequence < acknowledgeAfter;
  return acknowledgeFrom !== undefined && at < acknowledgeFrom;
}

function resolve(record: EscalationRecord, at: string, eventId?: string): EscalationRecord {
  if (eventId !== undefined && record.applied.includes(eventId)) return record;
  const applied = eventId === undefined ? record.applied : remember(record.applied, eventId);
  if (record.status === 'resolved') return { ...record, applied };
  return { ...record, status: 'resolved', endedAt: at, plan: record.plan.map((item) => skipIfWaiting(item)), applied };
}

/**
 * Nothing is wrong at present: whoever is not told yet is not told until the incident ends or its trouble returns. Or nobody is
 * told, and a storm's page speaks for it: the first page waits for the storm to end. Both for a bounded time.
 */
function waitUntold(record: EscalationRecord, untoldFor: 'quiet' | 'storm', now: string): EscalationRecord {
  const isLongEnough = now >= later(record.triggeredAt, longestUntoldMs[untoldFor]);
  if (record.status !== 'active' || record.request.urgent || isLongEnough) return record;
  if (untoldFor === 'storm' && isTold(record)) return record;
  const isHeld = ({ status, kind }: EscalationPlanItem): boolean =>
    status === 'waiting' && (kind === 'page' || !isTold(record));
  const first = earliest(record.plan.filter(isHeld).map(({ dueAt }) => dueAt));
  if (first === undefined || first > now) return record;
  // All of it, so that a later level is not told together with the first.
  const byMs = Date.parse(now) + quietLookMs - Date.parse(first);
  const plan = record.plan.map((item) => (isHeld(item) ? { ...item, dueAt: later(item.dueAt, byMs) } : item));
  return { ...record, plan, untoldFor };
}

function notifyDueLevels(record: EscalationRecord, settings: EscalationSettings, now: string): EscalationRecord {
  const pages: EscalationNotification[] = [];
  const plan = record.plan.map((item, position): EscalationPlanItem => {
    if (item.status !== 'waiting' || item.dueAt > now) return item;
    if (!conditionHolds(record, item.condition)) return { ...item, status: 'skipped' };
    pages.push(...pagesOf(item, position, settings, now));
    return { ...item, status: 'told' };
  });
  if (pages.length === 0) return { ...record, plan };
  const { untoldFor: _over, ...told } = record;
  return { ...told, plan, notifications: [...record.notifications, ...pages] };
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
