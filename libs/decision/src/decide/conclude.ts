import type { DecisionOutcome, DecisionStep, GateResult } from '@cortex/contracts';
import { requiredApprovals } from '../gates/approval.ts';
import { askGates, isInTheWay, notReached } from '../gates/ask-gates.ts';
import { heldBySilence, lookAgainMs, silenceOf } from '../gates/silence.ts';
import { levelRank } from '../levels.ts';
import type { EscalationKind } from '../model/memory.ts';
import type { Plan } from '../model/plan.ts';
import { type Work, activeSignals } from '../record/work.ts';
import { unsuccessfulAttempts } from '../selection/limits.ts';
import { makePlan } from '../selection/plan.ts';
import type { RankedMatch } from '../selection/rank.ts';
import { chooseTargets } from '../selection/targets.ts';
import { decisionStep } from '../steps/decision-step.ts';
import { type Safety, checkSafety, safetyChecksStep } from '../steps/safety-checks.ts';
import { selectPlaybook, selectPlaybookStep } from '../steps/select-playbook.ts';
import { addMs, earliest } from '../time.ts';

/** What steps 5 and 6 come to. */
export interface Conclusion {
  readonly outcome: DecisionOutcome;
  readonly reason: string;
  readonly steps: readonly [DecisionStep, DecisionStep];
  readonly gates: readonly GateResult[];
  readonly plan?: Plan;
  /** When to ask again, for `hold` and `wait`. */
  readonly retryAt?: string;
  /** What holds it, for `hold`. */
  readonly heldBy?: string;
  readonly escalation?: EscalationKind;
  /** People who must agree, for `request_approval`. */
  readonly requiredApprovals?: number;
}

interface Candidate {
  readonly match: RankedMatch;
  readonly plan: Plan;
  readonly safety: Safety;
}

/** Steps 5 and 6 of spec 6.1, and what follows from them. Changes nothing. */
export function conclude(work: Work, rootService: string | undefined): Conclusion {
  const selection = selectPlaybook(work);
  const { candidate, passedOver } = firstUsable(work, selection.ranked);
  const step5 = selectPlaybookStep(work, selection, candidate?.match);
  const retryAt = addMs(work.now, work.facts.safety.holdRetryMs);
  const stop = (
    outcome: DecisionOutcome,
    verdict: string,
    reason: string,
    rest: Partial<Conclusion> = {},
  ): Conclusion => {
    const inputs = {
      ...(candidate === undefined
        ? {}
        : { playbook: candidate.plan.playbook.id, targets: candidate.plan.targets.map((target) => target.instance) }),
      passed_over: passedOver,
    };
    const step6 = decisionStep('safety_checks', 'done', inputs, verdict, reason);
    return { outcome, reason, steps: [step5, step6], gates: notReached(0, reason), ...rest };
  };

  const silence = silenceOf(work.incident, work.facts, work.now);
  if (silence !== undefined) {
    const gate = heldBySilence(silence);
    return stop('hold', 'hold', gate.reason, {
      gates: [gate, ...notReached(1, 'an earlier gate decided')],
      retryAt: silence.endsAt <= retryAt ? addMs(silence.endsAt, lookAgainMs(work.incident, work.facts)) : retryAt,
      heldBy: 'silence',
    });
  }
  const attempts = unsuccessfulAttempts(work.incident).length;
  if (attempts >= work.facts.safety.maxAttempts) {
    return stop('escalate', 'refuse', `automated remediation was tried ${attempts} times without success`, {
      escalation: 'needs_human',
    });
  }
  if (rootService !== undefined) {
    return stop('hold', 'hold', `${rootService} comes first: this service depends on it`, {
      retryAt,
      heldBy: 'dependency',
    });
  }
  if (candidate === undefined) return withoutCandidate(work, selection.search.pendingUntil, passedOver, stop);
  if (work.service?.remediate === false) {
    const advice = `this service is only watched; Cortex would run ${candidate.plan.playbook.id} on ${namesOf(candidate.plan)}`;
    return stop('advise', 'refuse', advice, { plan: candidate.plan, escalation: 'needs_human' });
  }
  return askAboutCandidate(work, candidate, step5, stop);
}

type Stop = (outcome: DecisionOutcome, verdict: string, reason: string, rest?: Partial<Conclusion>) => Conclusion;

function withoutCandidate(
  work: Work,
  pendingUntil: string | undefined,
  passedOver: Record<string, string>,
  stop: Stop,
): Conclusion {
  if (pendingUntil !== undefined) {
    return stop('wait', 'not yet', 'a playbook’s trigger has not held for its duration yet', { retryAt: pendingUntil });
  }
  const reasons = Object.entries(passedOver).map(([id, reason]) => `${id}: ${reason}`);
  if (reasons.length > 0) {
    return stop('escalate', 'refuse', `no playbook may be used: ${reasons.join('; ')}`, { escalation: 'needs_human' });
  }
  const onlyDegraded = activeSignals(work.incident).every((signal) => signal.healthState === 'DEGRADED');
  if (onlyDegraded)
    return stop('wait', 'not yet', 'degraded only, and no playbook asks to act on that; deeper checks go on');
  return stop('escalate', 'no plan', 'no applicable remediation playbook found', { escalation: 'no_playbook' });
}

/** The best candidate that safety lets through; failing that, the best that may be used later. */
function firstUsable(
  work: Work,
  ranked: readonly RankedMatch[],
): { candidate?: Candidate; passedOver: Record<string, string> } {
  const passedOver: Record<string, string> = {};
  let later: Candidate | undefined;
  for (const match of ranked) {
    const choice = chooseTargets(work, match);
    if (choice.problem !== undefined) {
      passedOver[match.playbook.id] = choice.problem;
      continue;
    }
    const plan = makePlan(work, match, choice.targets);
    const safety = checkSafety(work, plan);
    const excluded = safety.checks.find((one) => one.verdict === 'exclude');
    if (excluded !== undefined) {
      passedOver[match.playbook.id] = `${excluded.check}: ${excluded.reason}`;
      continue;
    }
    const candidate = { match, plan, safety };
    if (!safety.checks.some((one) => one.verdict === 'hold')) return { candidate, passedOver };
    later ??= candidate;
  }
  return later === undefined ? { passedOver } : { candidate: later, passedOver };
}

function askAboutCandidate(work: Work, candidate: Candidate, step5: DecisionStep, stop: Stop): Conclusion {
  const { plan, safety } = candidate;
  const retryAt = addMs(work.now, work.facts.safety.holdRetryMs);
  const level = work.incident.blastRadius.level;
  const mayReachFar = levelRank(plan.playbook.safety.blastRadius) >= levelRank('cluster_wide');
  if (levelRank(level) >= levelRank('cluster_wide') && !mayReachFar) {
    const signOff = level === 'multi_region' ? 'cto and vp_engineering' : 'sre_lead and engineering_manager';
    return stop('escalate', 'refuse', `${level} trouble: automatic remediation is disabled, ${signOff} must sign off`, {
      escalation: 'needs_human',
    });
  }
  const held = safety.checks.find((one) => one.verdict === 'hold');
  const service = work.service;
  if (held !== undefined || service === undefined) {
    const gates = notReached(0, 'a safety check decided');
    const reason = held?.reason ?? 'the service is not in the catalogue';
    const until = held?.until === undefined ? retryAt : earliest(addMs(held.until, 1), addMs(work.now, 24 * 3_600_000));
    return {
      outcome: 'hold',
      reason,
      steps: [step5, safetyChecksStep(plan, safety, gates)],
      gates,
      plan,
      retryAt: until,
      heldBy: held?.check ?? 'catalogue',
    };
  }
  const gates = askGates({
    facts: work.facts,
    plan,
    incident: work.incident,
    service,
    now: work.now,
    approvalReasons: safety.approvalReasons,
  });
  const common = { steps: [step5, safetyChecksStep(plan, safety, gates)] as const, gates, plan };
  const inTheWay = gates.find(isInTheWay);
  if (inTheWay === undefined) {
    return { ...common, outcome: 'remediate', reason: `run ${plan.playbook.id} on ${namesOf(plan)}` };
  }
  if (inTheWay.verdict === 'needs_approval') {
    return {
      ...common,
      outcome: 'request_approval',
      reason: inTheWay.reason,
      requiredApprovals: requiredApprovals(level, plan),
    };
  }
  if (inTheWay.verdict === 'refuse')
    return { ...common, outcome: 'escalate', reason: inTheWay.reason, escalation: 'needs_human' };
  return { ...common, outcome: 'hold', reason: inTheWay.reason, retryAt, heldBy: inTheWay.gate };
}

function namesOf(plan: Plan): string {
  return plan.targets.map((target) => target.instance).join(', ');
}
