import type { EscalationNotification, EscalationPlanItem, EscalationRecord } from '@cortex/contracts';
import { choosePolicy } from './choose-policy.ts';
import { planChain } from './plan-chain.ts';
import type { EscalationSettings } from './settings.ts';
import { later } from './time.ts';

/** Reminders that were sent and told of, and are kept for people to see. */
const mostReminders = 100;

/**
 * Every level was notified and the incident is not over. What nobody answers is told again: SEV0 and SEV1 until somebody
 * does, first to the chain, then to everybody; SEV2 to the last level, for a while; SEV3 is notified once.
 */
export function repeatChain(record: EscalationRecord, settings: EscalationSettings, now: string): EscalationRecord {
  if (record.plan.some((item) => item.status === 'waiting')) return record;
  if (record.status !== 'active') return record;
  if (isGrave(record)) return withItems(record, widerRound(record, settings, now));
  const last = lastTold(record);
  const { everyMs, times } = settings.paging.reminder;
  const most = record.request.severity === 'SEV3' ? 0 : times;
  if (last === undefined || last.round >= most) return { ...record, status: 'exhausted', endedAt: now };
  return withItems(record, [again(last, later(now, everyMs), 'not_acknowledged')]);
}

/** First the whole chain, then all whom its policy knows, at once, with the fallback contact. The waits double up to `every`. */
function widerRound(record: EscalationRecord, settings: EscalationSettings, now: string): EscalationPlanItem[] {
  const { request } = record;
  const { everyMs, firstMs = everyMs } = settings.paging.reminder;
  const last = lastTold(record);
  const round = (last?.round ?? 0) + 1;
  const dueAt = later(now, Math.min(firstMs * 2 ** Math.min(round - 1, 32), everyMs));
  const start = { triggeredAt: dueAt, notBefore: dueAt, kind: 'reminder' } as const;
  const { onlyNotify: _isOver, ...forAll } = request;
  const chain = planChain(forAll, choosePolicy(request, settings), start);
  const repeated = chain.map((item): EscalationPlanItem => ({ ...item, round, condition: 'not_acknowledged' }));
  if (round === 1) return repeated;
  const { fallback } = settings.paging;
  const everybody = [...repeated.flatMap((item) => item.notify), ...(fallback === undefined ? [] : [fallback])];
  return repeated.slice(-1).map((item) => ({ ...item, dueAt, notify: [...new Set(everybody)] }));
}

/** What somebody has taken and not ended is brought to mind for a while, by a page to the level that was told last. */
export function remindOfAcknowledged(
  record: EscalationRecord,
  settings: EscalationSettings,
  now: string,
): EscalationRecord {
  const { remindAt, ...plain } = record;
  const { acknowledgedMs, times } = settings.paging.reminder;
  const last = lastTold(record);
  if (record.status !== 'acknowledged' || record.request.severity === 'SEV3') return plain;
  if (acknowledgedMs === undefined || last === undefined) return plain;
  if (remindAt !== undefined && remindAt > now) return record;
  const since = record.acknowledgedAt ?? record.triggeredAt;
  const reminded = record.plan.filter((item) => isReminderOfTaken(item) && item.dueAt > since).length;
  if (reminded >= times) return plain;
  const next = { ...plain, remindAt: later(now, acknowledgedMs) };
  return remindAt === undefined ? next : withItems(next, [again(last, now, 'not_resolved')]);
}

function isReminderOfTaken({ kind, condition }: EscalationPlanItem): boolean {
  return kind === 'reminder' && condition === 'not_resolved';
}

function isGrave({ request: { severity } }: EscalationRecord): boolean {
  return severity === 'SEV0' || severity === 'SEV1';
}

function lastTold(record: EscalationRecord): EscalationPlanItem | undefined {
  return record.plan.findLast((item) => item.status === 'told' && item.level > 0);
}

function again(
  last: EscalationPlanItem,
  dueAt: string,
  condition: EscalationPlanItem['condition'],
): EscalationPlanItem {
  return { ...last, kind: 'reminder', round: last.round + 1, dueAt, condition, status: 'waiting' };
}

function withItems(record: EscalationRecord, items: readonly EscalationPlanItem[]): EscalationRecord {
  return { ...record, plan: [...record.plan, ...items], notifications: boundReminders(record.notifications) };
}

/** A record that is repeated for weeks stays small. Each channel keeps its newest page: it hears of the end. */
function boundReminders(pages: readonly EscalationNotification[]): EscalationNotification[] {
  const isOver = ({ kind, status, reported }: EscalationNotification): boolean =>
    kind === 'reminder' && status !== 'pending' && reported;
  const newest = new Map(pages.map((page) => [`${page.contact}/${page.position}`, page]));
  let spare = pages.filter(isOver).length - mostReminders;
  return pages.filter((page) => {
    if (spare <= 0 || !isOver(page) || newest.get(`${page.contact}/${page.position}`) === page) return true;
    spare -= 1;
    return false;
  });
}
