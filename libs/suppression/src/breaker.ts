import type { BreakerRecord, SafetyPolicy } from '@cortex/contracts';

type BreakerPolicy = SafetyPolicy['breaker'];

/** How one execution counts against the breaker of its playbook on its service. */
export interface BreakerOutcome {
  readonly playbookId: string;
  readonly service: string;
  readonly executionId: string;
  readonly effective: boolean;
  readonly at: string;
}

/** A ratio over fewer outcomes than this is not meaningful. */
const leastOutcomesForRatio = 4;

/** A restarted service may report again what it reported long ago; so many executions are known by name. */
const rememberedExecutions = 1_000;

/**
 * Counts one execution. Spec 7.3: open on more than `failureRatio` of the last `window`, or on `consecutiveFailures` in
 * a row; latched. Every execution that verification did not confirm is a failure. One execution counts once.
 */
export function recordOutcome(
  breaker: BreakerRecord | undefined,
  outcome: BreakerOutcome,
  policy: BreakerPolicy,
): BreakerRecord {
  const { playbookId, service } = outcome;
  const before = breaker ?? { playbookId, service, state: 'closed' as const, outcomes: [], counted: [] };
  if (isCounted(before, outcome)) return before;
  const { executionId, effective, at } = outcome;
  const counted = [...before.counted, tagOf(outcome)].slice(-rememberedExecutions);
  const outcomes = [...before.outcomes, { executionId, effective, at }].slice(-policy.window);
  const next = { ...before, outcomes, counted };
  if (before.state === 'open') return next;
  const reason = whyOpen(outcomes, policy);
  return reason === undefined ? next : { ...next, state: 'open', openedAt: at, reason };
}

/**
 * What is older than everything remembered was counted long ago. Breakers of earlier versions remember their executions
 * without a time, or no more than their outcomes.
 */
function isCounted({ counted, outcomes }: BreakerRecord, { executionId, at }: BreakerOutcome): boolean {
  const isOld = counted.length >= rememberedExecutions && at < timeOf(counted[0] ?? '');
  return isOld || [...counted, ...outcomes.map(tagOf)].some((tag) => executionOf(tag) === executionId);
}

function tagOf({ at, executionId }: Pick<BreakerOutcome, 'at' | 'executionId'>): string {
  return `${at}|${executionId}`;
}

function timeOf(tag: string): string {
  return tag.includes('|') ? tag.slice(0, tag.indexOf('|')) : '';
}

function executionOf(tag: string): string {
  return tag.slice(tag.indexOf('|') + 1);
}

function whyOpen(outcomes: BreakerRecord['outcomes'], policy: BreakerPolicy): string | undefined {
  const lastEffective = outcomes.findLastIndex((outcome) => outcome.effective);
  const inARow = outcomes.length - 1 - lastEffective;
  if (inARow >= policy.consecutiveFailures) return `${inARow} executions in a row did not help`;
  const failures = outcomes.filter((outcome) => !outcome.effective).length;
  if (outcomes.length >= leastOutcomesForRatio && failures / outcomes.length > policy.failureRatio) {
    return `${failures} of the last ${outcomes.length} executions did not help`;
  }
  return undefined;
}

export type BreakerReset =
  | { readonly ok: true; readonly breaker: BreakerRecord }
  | { readonly ok: false; readonly reason: 'not_open' | 'cooling_down'; readonly notBefore?: string };

/**
 * A human closes the breaker, and not before its cool-down. Its outcomes are dropped, so that neither one failure nor a
 * report that comes again reopens it.
 */
export function resetBreaker(breaker: BreakerRecord, now: string, policy: BreakerPolicy): BreakerReset {
  if (breaker.state !== 'open') return { ok: false, reason: 'not_open' };
  const notBefore = resettableFrom(breaker, policy, now);
  if (Date.parse(now) < Date.parse(notBefore)) return { ok: false, reason: 'cooling_down', notBefore };
  const known = new Set(breaker.counted.map(executionOf));
  const others = breaker.outcomes.filter(({ executionId }) => !known.has(executionId)).map(tagOf);
  const counted = [...breaker.counted, ...others].slice(-rememberedExecutions);
  const { openedAt: _openedAt, reason: _reason, ...closed } = breaker;
  return { ok: true, breaker: { ...closed, state: 'closed', outcomes: [], counted } };
}

/** When a human may close the breaker: after its cool-down, which begins now where nobody knows since when it is open. */
export function resettableFrom({ openedAt }: BreakerRecord, { cooldownMs }: BreakerPolicy, now: string): string {
  return new Date(Date.parse(openedAt ?? now) + cooldownMs).toISOString();
}

/** True when this outcome opened the breaker: then humans are notified, once. */
export function isOpenedBy(breaker: BreakerRecord, outcome: BreakerOutcome): boolean {
  return (
    breaker.state === 'open' &&
    breaker.openedAt === outcome.at &&
    breaker.outcomes.at(-1)?.executionId === outcome.executionId
  );
}
