import { assessmentOf } from '../assessment/assess.ts';
import { undoableBy, unsuccessfulAttempts } from '../assessment/attempts.ts';
import { deferredUntil, isSilenced } from '../assessment/dependency.ts';
import { silentSince } from '../assessment/silent-source.ts';
import { lookAgainMs } from '../assessment/silence.ts';
import { isInTheWay, notReached } from '../gates/ask-gates.ts';
import { killSwitchGate } from '../gates/kill-switch.ts';
import { heldBySilence, silenceGate } from '../gates/silence.ts';
import { isForSignOff } from '../levels.ts';
import type { Candidate, Candidates } from '../model/candidate.ts';
import { namesOf } from '../model/plan.ts';
import type { Ruling } from '../model/verdict.ts';
import { type Work, activeSignals, lastAttempt } from '../record/work.ts';
import { addMs, earliest } from '../time.ts';
import { checksPendingUntil } from './checks-pending.ts';
import { unseenDependencies } from './dependencies-unseen.ts';

export interface Question {
  readonly work: Work;
  readonly candidates: Candidates;
  readonly chosen: Candidate | undefined;
}

/** Rules on what the question is about; undefined when it is for the next rule. */
export type Rule = (question: Question) => Ruling | undefined;

/** Spec 6.1 steps 5 and 6 as a list: the first rule that has something to say decides. */
export const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ['silenced', silenced],
  ['left half-done', leftHalfDone],
  ['attempts used up', attemptsUsedUp],
  ['rare only', rareOnly],
  ['source silent', sourceSilent],
  ['radius too wide', radiusTooWide],
  ['dependencies unseen', dependenciesUnseen],
  ['dependency first', dependencyFirst],
  ['trigger pending', triggerPending],
  ['checks pending', checksPending],
  ['nothing usable', nothingUsable],
  ['degraded only', degradedOnly],
  ['nothing fits', nothingFits],
  ['watched only', watchedOnly],
  ['candidate', byCandidate],
];

function silenced({ work }: Question): Ruling | undefined {
  const { silence } = assessmentOf(work);
  if (silence === undefined) return undefined;
  const gate = heldBySilence(silence);
  const soon = retryAtOf(work);
  const retryAt = silence.endsAt <= soon ? addMs(silence.endsAt, lookAgainMs(work.incident, work.facts)) : soon;
  const gates = [gate, ...notReached(1, 'an earlier gate decided')];
  return { outcome: 'hold', code: 'silenced', reason: gate.reason, gates, retryAt, heldBy: 'silence' };
}

/** What a stop left half-done is undone first, when nothing stops it any more; then the trouble is decided on anew. */
function leftHalfDone({ work }: Question): Ruling | undefined {
  const attempt = lastAttempt(work.incident);
  if (attempt?.rollback !== 'stopped' || undoableBy(work, attempt) === undefined) return undefined;
  const { facts } = work;
  const asked = [silenceGate({ facts, silence: undefined }), killSwitchGate({ facts })];
  const gates = [...asked, ...notReached(asked.length, 'what is half-done comes first')];
  const inTheWay = asked.find(isInTheWay);
  if (inTheWay === undefined) {
    const reason = `what ${attempt.playbookId} left half-done is undone first, for the trouble goes on`;
    return { outcome: 'roll_back', code: 'stopped', reason, gates };
  }
  const reason = `${inTheWay.reason}; the rollback of ${attempt.playbookId} waits for its end`;
  return { outcome: 'hold', code: 'stopped', reason, gates, retryAt: retryAtOf(work), heldBy: inTheWay.gate };
}

function attemptsUsedUp({ work }: Question): Ruling | undefined {
  const { maxAttempts, dryRun } = work.facts.safety;
  const dryRuns = dryRun ? work.incident.attempts.filter(({ outcome }) => outcome === 'dry_run') : [];
  const attempts = unsuccessfulAttempts(work.incident).length + dryRuns.length;
  if (attempts < maxAttempts) return undefined;
  const reason = `automated remediation was tried ${attempts} times without success`;
  return { outcome: 'escalate', code: 'attempts_used_up', reason, escalation: 'no_move' };
}

/** Which of two is down first is chance: a service is judged when what it depends on was looked at since its trouble began. */
function dependenciesUnseen({ work }: Question): Ruling | undefined {
  const unseen = unseenDependencies(work);
  if (unseen === undefined) return undefined;
  const reason = `what it depends on is looked at first: ${unseen.services.slice(0, 10).join(', ')}`;
  return { outcome: 'wait', code: 'learning', reason, retryAt: unseen.retryAt };
}

/** Nobody suffers: there is nothing to heal and nobody to wake. A trigger that holds but not long enough yet is harm to come. */
function rareOnly({ work, candidates }: Question): Ruling | undefined {
  const { isHarmful, reason } = assessmentOf(work).harm;
  if (isHarmful || candidates.pendingUntil !== undefined) return undefined;
  // What was tried and did not help was for more than a rarity.
  if (unsuccessfulAttempts(work.incident).length > 0) return undefined;
  return { outcome: 'wait', code: 'rare_only', reason };
}

/** What was last said long ago may be over: nothing is done on it, and humans hear of it as of anything that holds. */
function sourceSilent({ work }: Question): Ruling | undefined {
  const since = silentSince(work.incident, work.facts);
  if (since === undefined) return undefined;
  const metrics = activeSignals(work.incident).flatMap(({ metric }) => metric ?? []);
  const names = [...new Set(metrics)].slice(0, 5).join(', ');
  const reason = `nobody knows whether it goes on: ${names} was last said to be wrong at ${since}, and its source is silent since`;
  return { outcome: 'hold', code: 'source_silent', reason, retryAt: retryAtOf(work), heldBy: 'source' };
}

/** Nothing tells a dependant that its dependency is well again: it looks itself. */
const dependencyLookMs = 5_000;

function dependencyFirst({ work }: Question): Ruling | undefined {
  const { rootService } = assessmentOf(work).rootCause;
  if (rootService === undefined) return undefined;
  const { memory, facts, now } = work;
  const reason = isSilenced(facts, rootService, now)
    ? `${rootService}, which this service depends on, is silenced: nobody looks whether it is down`
    : `${rootService} comes first: this service depends on it`;
  const retryAt = earliest(retryAtOf(work), addMs(now, dependencyLookMs), deferredUntil(memory, facts, now));
  return { outcome: 'hold', code: 'dependency_first', reason, retryAt, heldBy: 'dependency' };
}

function triggerPending({ candidates, chosen }: Question): Ruling | undefined {
  const { pendingUntil } = candidates;
  if (chosen !== undefined || pendingUntil === undefined) return undefined;
  const reason = 'a playbook’s trigger has not held for its duration yet';
  return { outcome: 'wait', code: 'trigger_pending', reason, retryAt: pendingUntil };
}

/** Which check came first must not decide whether something can be done. */
function checksPending({ work, chosen }: Question): Ruling | undefined {
  const retryAt = checksPendingUntil(work);
  const active = activeSignals(work.incident);
  const isDegradedOnly = active.every((signal) => signal.healthState === 'DEGRADED');
  if (chosen !== undefined || retryAt === undefined || isDegradedOnly) return undefined;
  const names = [...new Set(active.flatMap(({ pendingChecks = [] }) => pendingChecks))].join(', ');
  return {
    outcome: 'wait',
    code: 'checks_pending',
    reason: `no playbook fits yet, and these checks have not answered since: ${names}`,
    retryAt,
  };
}

function nothingUsable({ candidates, chosen }: Question): Ruling | undefined {
  const reasons = [...candidates.unusable].map(([id, { reason }]) => `${id}: ${reason}`);
  if (chosen !== undefined || reasons.length === 0) return undefined;
  const reason = `no playbook may be used: ${reasons.join('; ')}`;
  return { outcome: 'escalate', code: 'no_usable_playbook', reason, escalation: 'no_move' };
}

function degradedOnly({ work, chosen }: Question): Ruling | undefined {
  const isOnly = activeSignals(work.incident).every((signal) => signal.healthState === 'DEGRADED');
  if (chosen !== undefined || !isOnly) return undefined;
  const reason = 'degraded only, and no playbook asks to act on that; deeper checks go on';
  return { outcome: 'wait', code: 'degraded_only', reason };
}

function nothingFits({ chosen }: Question): Ruling | undefined {
  if (chosen !== undefined) return undefined;
  const reason = 'no applicable remediation playbook found';
  return { outcome: 'escalate', code: 'no_playbook', reason, escalation: 'no_move' };
}

function watchedOnly({ work, chosen }: Question): Ruling | undefined {
  if (chosen === undefined || work.service?.remediate !== false) return undefined;
  const { plan } = chosen;
  const reason = `this service is only watched; Cortex would run ${plan.playbook.id} on ${namesOf(plan)}`;
  return { outcome: 'advise', code: 'watched_only', reason, escalation: 'no_move' };
}

/** Spec 6.1 step 3: so wide, and no playbook is made for it. That comes before everything that only waits. */
function radiusTooWide({ work, candidates, chosen }: Question): Ruling | undefined {
  const { level } = work.incident.blastRadius;
  if (!isForSignOff(level) || chosen !== undefined) return undefined;
  if (candidates.ranked.some(({ playbook }) => isForSignOff(playbook.safety.blastRadius))) return undefined;
  const signOff = level === 'multi_region' ? 'cto and vp_engineering' : 'sre_lead and engineering_manager';
  const reason = `${level} trouble: automatic remediation is disabled, ${signOff} must sign off`;
  const escalation = candidates.ranked.length === 0 ? 'no_move' : 'needs_human';
  return { outcome: 'escalate', code: 'radius_too_wide', reason, escalation };
}

/** What safety checks and gates said of the chosen candidate. */
function byCandidate({ work, candidates, chosen }: Question): Ruling | undefined {
  if (chosen === undefined) return undefined;
  const { plan, verdict } = chosen;
  const decided = { isByCandidate: true };
  switch (verdict.kind) {
    case 'may_run': {
      const reason = `run ${plan.playbook.id} on ${namesOf(plan)}`;
      return { ...decided, outcome: 'remediate', code: 'clear_to_run', reason };
    }
    case 'needs_approval': {
      const { reason, people } = verdict;
      return { ...decided, outcome: 'request_approval', code: 'approval_needed', reason, requiredApprovals: people };
    }
    case 'held': {
      const { code, reason, by } = verdict;
      return { ...decided, outcome: 'hold', code, reason, retryAt: firstRetry(work, candidates), heldBy: by };
    }
    default: {
      const impossible: never = verdict;
      throw new TypeError(`an unknown verdict ${String(impossible)}`);
    }
  }
}

const dayMs = 24 * 3_600_000;

/** When the first of the candidates that are held may be used. */
function firstRetry(work: Work, { judged }: Candidates): string {
  const times = judged.map(({ verdict }) => {
    const until = verdict.kind === 'held' ? verdict.until : undefined;
    return until === undefined ? retryAtOf(work) : addMs(until, 1);
  });
  return earliest(addMs(work.now, dayMs), ...times);
}

function retryAtOf(work: Work): string {
  return addMs(work.now, work.facts.safety.holdRetryMs);
}
