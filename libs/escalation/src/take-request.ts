import type { EscalationPlanItem, EscalationRecord, EventData } from '@cortex/contracts';
import { choosePolicy } from './choose-policy.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { isForContactsOnly, planChain, planExtra, planFollowUp } from './plan-chain.ts';
import type { ChainStart } from './plan-chain.ts';
import { remember, skipIfWaiting, withoutEnd } from './record-changes.ts';
import type { EscalationSettings } from './settings.ts';
import { later } from './time.ts';
import { isTold } from './to-be-told.ts';

type Request = EventData<'escalation.requested'>;
export type Cause = EscalationRecord['requests'][number]['event'];

/**
 * The first request opens the record. A higher severity, or an urgent request, restarts the chain. What else people are
 * asked to do is told once, to those who have been reached; what only informs is not told again.
 */
export function takeRequest(
  record: EscalationRecord | undefined,
  event: Cause,
  request: Request,
  incident: IncidentFacts | undefined,
  settings: EscalationSettings,
  now: string,
): EscalationRecord {
  const triggeredAt = request.requestedAt < now ? request.requestedAt : now;
  if (record === undefined) {
    const policy = choosePolicy(request, settings);
    const notBefore = endOfHold(request, incident, settings);
    return {
      request,
      policyId: policy.id,
      status: 'active',
      triggeredAt,
      ...(request.urgent ? acknowledgedFrom(triggeredAt, event) : {}),
      plan: planChain(request, policy, { triggeredAt, notBefore, kind: 'page' }),
      notifications: [],
      requests: [{ event, request }],
      asked: request.asks === undefined ? [] : [request.asks],
      applied: [event.id],
    };
  }
  const severity = request.severity < record.request.severity ? request.severity : record.request.severity;
  const isRaised = severity !== record.request.severity;
  const isAskedNow = request.asks !== undefined && !record.asked.includes(request.asks);
  const merged = {
    ...record,
    request: { ...request, severity },
    requests: [...record.requests, { event, request }].slice(-50),
    asked: isAskedNow ? [...record.asked, request.asks ?? ''].slice(-50) : record.asked,
    applied: remember(record.applied, event.id),
  };
  if (record.status === 'resolved') return merged;
  const start: ChainStart = isTold(record)
    ? { triggeredAt, notBefore: triggeredAt, kind: 'update' }
    : { triggeredAt, notBefore: endOfHold(merged.request, incident, settings), kind: 'page' };
  const isUrgent = request.urgent && (isAskedNow || request.asks === undefined);
  const endsHold = request.withoutHold === true && isAskedNow && !isTold(record);
  if (isRaised || isUrgent || endsHold)
    return { ...restart(record, merged, start, settings), ...acknowledgedFrom(triggeredAt, event) };
  const more = planMore(record, request, isAskedNow, start, settings);
  if (more === record.plan) return merged;
  const withPlan = { ...merged, plan: [...more] };
  return record.status === 'exhausted' ? { ...withoutEnd(withPlan), status: 'active' } : withPlan;
}

/** When the first page of the incident may go out. What is urgent does not wait, nor what is told although it is soon over. */
function endOfHold(request: Request, incident: IncidentFacts | undefined, { paging }: EscalationSettings): string {
  if (request.urgent || request.withoutHold === true) return request.requestedAt;
  return later(incident?.openedAt ?? request.requestedAt, paging.holdMs[request.severity]);
}

/** Answers to what was asked before do not count as answers to this request. */
function acknowledgedFrom(triggeredAt: string, { sequence }: Cause) {
  return { acknowledgeFrom: triggeredAt, ...(sequence === undefined ? {} : { acknowledgeAfter: sequence }) };
}

function restart(
  record: EscalationRecord,
  merged: EscalationRecord,
  start: ChainStart,
  settings: EscalationSettings,
): EscalationRecord {
  const policy = choosePolicy(merged.request, settings);
  const { acknowledgedBy: _by, acknowledgedAt: _at, acknowledgeAfter: _after, ...restarted } = withoutEnd(merged);
  return {
    ...restarted,
    policyId: policy.id,
    status: 'active',
    triggeredAt: start.triggeredAt,
    plan: [...record.plan.map((item) => skipIfWaiting(item)), ...planChain(merged.request, policy, start)],
  };
}

/** The plan with what a request adds that neither is urgent nor raises the severity; the same plan when it adds nothing. */
function planMore(
  record: EscalationRecord,
  request: Request,
  isAskedNow: boolean,
  start: ChainStart,
  settings: EscalationSettings,
): readonly EscalationPlanItem[] {
  const { plan } = record;
  const known = new Set(plan.flatMap((item) => item.notify));
  if (isForContactsOnly(request)) {
    const extra = planExtra(request, start, isAskedNow ? new Set() : known);
    return extra.length === 0 ? plan : [...plan, ...extra];
  }
  if (!plan.some((item) => item.level > 0 && item.kind !== 'reminder')) {
    const chain = planChain(request, choosePolicy(request, settings), { ...start, kind: 'page' });
    return [...plan.map((item) => skipIfWaiting(item)), ...chain];
  }
  const extra = planExtra(request, start, known);
  if (!isAskedNow) return extra.length === 0 ? plan : [...plan, ...extra];
  // Whoever is told later is told of this request.
  const { escalationId } = request;
  const renewed = plan.map((item) => (item.status === 'waiting' ? { ...item, escalationId } : item));
  return [...renewed, ...(isTold(record) ? planFollowUp(request, plan, start) : extra)];
}
