import type { EscalationPlanItem, EscalationPolicy, EventData } from '@cortex/contracts';
import { later } from './time.ts';

type Request = EventData<'escalation.requested'>;

/**
 * Every level with its absolute time: `triggeredAt` plus the level's delay (spec 5.3). The contacts that the playbook
 * names come first, as level 0, at once; contacts of level 1 at the same time are not notified twice.
 */
export function planChain(request: Request, policy: EscalationPolicy, triggeredAt: string): EscalationPlanItem[] {
  if (isForContactsOnly(request)) return planExtra(request, triggeredAt, new Set());
  const levels = policy.chain.map((level): EscalationPlanItem => ({
    escalationId: request.escalationId,
    level: level.level,
    round: 0,
    dueAt: later(triggeredAt, level.delayMs),
    condition: level.condition,
    notify: [...new Set(level.notify)],
    status: 'waiting',
  }));
  const notifiedAtOnce = new Set(levels.filter((item) => item.dueAt === triggeredAt).flatMap((item) => item.notify));
  return [...planExtra(request, triggeredAt, notifiedAtOnce), ...levels];
}

/**
 * A further request that does not restart the chain: one more page, now, to everybody whom the chain has reached
 * already.
 */
export function planFollowUp(
  request: Request,
  plan: readonly EscalationPlanItem[],
  triggeredAt: string,
): EscalationPlanItem[] {
  if (isForContactsOnly(request)) return planExtra(request, triggeredAt, new Set());
  const notified = plan.filter((item) => item.status === 'told' && item.level > 0);
  const reached = notified.at(-1) ?? plan.find((item) => item.level > 0);
  if (reached === undefined) return planExtra(request, triggeredAt, new Set());
  const followUp: EscalationPlanItem = {
    escalationId: request.escalationId,
    level: reached.level,
    round: 0,
    dueAt: triggeredAt,
    condition: 'always',
    notify: reached.notify,
    status: 'waiting',
  };
  return [...planExtra(request, triggeredAt, new Set(reached.notify)), followUp];
}

/** A request without contacts is for the chain after all: otherwise nobody would be notified. */
export function isForContactsOnly(request: Request): boolean {
  return request.onlyNotify === true && request.notify.length > 0;
}

function planExtra(request: Request, dueAt: string, alreadyTold: ReadonlySet<string>): EscalationPlanItem[] {
  const notify = [...new Set(request.notify)].filter((contact) => !alreadyTold.has(contact));
  if (notify.length === 0) return [];
  return [
    { escalationId: request.escalationId, level: 0, round: 0, dueAt, condition: 'always', notify, status: 'waiting' },
  ];
}
