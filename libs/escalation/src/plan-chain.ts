import type { EscalationPlanItem, EscalationPolicy, EventData, PageKind } from '@cortex/contracts';
import { later } from './time.ts';

type Request = EventData<'escalation.requested'>;

export interface ChainStart {
  /** Delays of levels count from here. */
  readonly triggeredAt: string;
  /** No page goes out before: the end of the hold. */
  readonly notBefore: string;
  readonly kind: PageKind;
}

/**
 * Every level with its absolute time: `triggeredAt` plus the level's delay (spec 5.3), but not within the hold. The
 * contacts that the playbook names come first, as level 0; contacts of level 1 at the same time are not notified twice.
 */
export function planChain(request: Request, policy: EscalationPolicy, start: ChainStart): EscalationPlanItem[] {
  const { triggeredAt, notBefore, kind } = start;
  if (isForContactsOnly(request)) return planExtra(request, start, new Set());
  const levels = policy.chain.map((level): EscalationPlanItem => {
    const wantedAt = later(triggeredAt, level.delayMs);
    // Whoever takes the incident during the hold has made the first page needless.
    const isHeld = wantedAt < notBefore;
    return {
      escalationId: request.escalationId,
      kind,
      level: level.level,
      round: 0,
      dueAt: latest(wantedAt, notBefore),
      condition: isHeld && level.condition === 'always' ? 'not_acknowledged' : level.condition,
      notify: [...new Set(level.notify)],
      status: 'waiting',
    };
  });
  const first = latest(triggeredAt, notBefore);
  const notifiedAtOnce = new Set(levels.filter((item) => item.dueAt === first).flatMap((item) => item.notify));
  return [...planExtra(request, start, notifiedAtOnce), ...levels];
}

/** A further request that asks for something else: one more page, now, to everybody whom the chain has reached already. */
export function planFollowUp(
  request: Request,
  plan: readonly EscalationPlanItem[],
  start: ChainStart,
): EscalationPlanItem[] {
  const notified = plan.filter((item) => item.status === 'told' && item.level > 0);
  const reached = notified.at(-1) ?? plan.find((item) => item.level > 0);
  if (reached === undefined) return planExtra(request, start, new Set());
  const notify = [...new Set([...notified, reached].flatMap((item) => item.notify))];
  const followUp: EscalationPlanItem = {
    escalationId: request.escalationId,
    kind: start.kind,
    level: reached.level,
    round: 0,
    dueAt: latest(start.triggeredAt, start.notBefore),
    condition: 'always',
    notify,
    status: 'waiting',
  };
  return [...planExtra(request, start, new Set(notify)), followUp];
}

/** A request without contacts is for the chain after all: otherwise nobody would be notified. */
export function isForContactsOnly(request: Request): boolean {
  return request.onlyNotify === true && request.notify.length > 0;
}

/** The contacts that the request itself names, but for those who are told anyway. */
export function planExtra(
  request: Request,
  { triggeredAt, notBefore, kind }: ChainStart,
  alreadyTold: ReadonlySet<string>,
): EscalationPlanItem[] {
  const notify = [...new Set(request.notify)].filter((contact) => !alreadyTold.has(contact));
  if (notify.length === 0) return [];
  return [
    {
      escalationId: request.escalationId,
      kind,
      level: 0,
      round: 0,
      dueAt: latest(triggeredAt, notBefore),
      condition: 'always',
      notify,
      status: 'waiting',
    },
  ];
}

function latest(left: string, right: string): string {
  return left > right ? left : right;
}
