import type { DecisionStep, GateResult } from '@cortex/contracts';
import { targetKey } from '@cortex/contracts';
import { breakerOf } from '../decide/breaker-of.ts';
import { approvalReasonsOf, reachesFurtherThanItCanUndo } from '../gates/approval.ts';
import { isInTheWay } from '../gates/ask-gates.ts';
import { levelRank } from '../levels.ts';
import type { Plan } from '../model/plan.ts';
import type { Work } from '../record/work.ts';
import { workedBefore } from '../selection/find.ts';
import { addMs } from '../time.ts';
import { decisionStep } from './decision-step.ts';

export type SafetyVerdict = 'pass' | 'needs_approval' | 'hold' | 'exclude' | 'asked_later';

export interface SafetyCheck {
  readonly check:
    | 'severity_and_radius'
    | 'blast_radius_limit'
    | 'rollback_plan'
    | 'pre_conditions'
    | 'rate_limit'
    | 'circuit_breaker'
    | 'flapping';
  readonly verdict: SafetyVerdict;
  readonly reason: string;
  readonly until?: string;
}

export interface Safety {
  readonly checks: readonly SafetyCheck[];
  readonly approvalReasons: readonly string[];
}

/** The questions of spec 6.1 step 6 that are about the plan itself. The gates come after them. */
export function checkSafety(work: Work, plan: Plan): Safety {
  const service = work.service;
  const approvalReasons =
    service === undefined
      ? []
      : approvalReasonsOf({
          plan,
          severity: work.incident.severity,
          incidentLevel: work.incident.blastRadius.level,
          service,
          isProven: workedBefore(work, plan.playbook),
        });
  const approved: SafetyCheck = {
    check: 'severity_and_radius',
    verdict: approvalReasons.length === 0 ? 'pass' : 'needs_approval',
    reason:
      approvalReasons.length === 0 ? `allowed by itself at ${work.incident.severity}` : approvalReasons.join('; '),
  };
  const checks = [
    approved,
    radiusLimit(plan),
    rollbackPlan(plan),
    preConditions(plan),
    rateLimit(work, plan),
    breaker(work, plan),
    flapping(work, plan),
  ];
  return { checks, approvalReasons };
}

function radiusLimit(plan: Plan): SafetyCheck {
  const limit = plan.playbook.safety.blastRadius;
  const isWithin = levelRank(plan.level) <= levelRank(limit);
  const reason = `the plan reaches ${plan.level}, the playbook may reach ${limit}`;
  return { check: 'blast_radius_limit', verdict: isWithin ? 'pass' : 'exclude', reason };
}

function rollbackPlan(plan: Plan): SafetyCheck {
  const { available, reason } = plan.playbook.rollback;
  const text = available ? 'it can be undone' : `it cannot be undone: ${reason ?? 'no reason given'}`;
  return {
    check: 'rollback_plan',
    verdict: reachesFurtherThanItCanUndo(plan) ? 'needs_approval' : 'pass',
    reason: text,
  };
}

function preConditions(plan: Plan): SafetyCheck {
  const names = plan.playbook.preconditions.map((one) => one.check);
  if (names.length === 0) return { check: 'pre_conditions', verdict: 'pass', reason: 'it has none' };
  return {
    check: 'pre_conditions',
    verdict: 'asked_later',
    reason: `the executor asks right before the first step: ${names.join(', ')}`,
  };
}

/** Spec 6.1 "are we within rate limits": the playbook's cool-down on each target, over all incidents of the service. */
function rateLimit(work: Work, plan: Plan): SafetyCheck {
  const { cooldownMs } = plan.playbook.safety;
  const own = work.incident.attempts
    .filter((attempt) => attempt.playbookId === plan.playbook.id && attempt.outcome !== 'refused')
    .map((attempt) => ({ targets: attempt.targets, endedAt: attempt.completedAt ?? attempt.requestedAt }));
  const past = work.facts.history.flatMap((incident) =>
    incident.uses.filter((use) => use.playbookId === plan.playbook.id),
  );
  const ends = [...past, ...own]
    .filter((use) => use.targets.some((used) => plan.targets.some((target) => target.instance === used.instance)))
    .map((use) => addMs(use.endedAt, cooldownMs))
    .filter((until) => Date.parse(until) > Date.parse(work.now))
    .sort();
  const until = ends.at(-1);
  if (until === undefined)
    return { check: 'rate_limit', verdict: 'pass', reason: 'not used on these targets within its cool-down' };
  return { check: 'rate_limit', verdict: 'hold', reason: 'used on a target within its cool-down', until };
}

function breaker(work: Work, plan: Plan): SafetyCheck {
  const state = breakerOf(work, plan.playbook.id);
  if (state?.state !== 'open') return { check: 'circuit_breaker', verdict: 'pass', reason: 'closed' };
  return {
    check: 'circuit_breaker',
    verdict: 'exclude',
    reason: `open: ${state.reason ?? 'it failed too often'}; a human must reset it`,
  };
}

function flapping(work: Work, plan: Plan): SafetyCheck {
  const frozen = plan.targets.filter((target) => work.facts.health.get(targetKey(target))?.flapping === true);
  if (frozen.length === 0) return { check: 'flapping', verdict: 'pass', reason: 'no target is flapping' };
  const names = frozen.map((target) => target.instance).join(', ');
  return { check: 'flapping', verdict: 'hold', reason: `flapping, so its state cannot be trusted: ${names}` };
}

/** Step 6 as it is told: checks, then gates. */
export function safetyChecksStep(
  plan: Plan | undefined,
  safety: Safety | undefined,
  gates: readonly GateResult[],
): DecisionStep {
  if (plan === undefined || safety === undefined) {
    return decisionStep('safety_checks', 'not_reached', {}, 'not reached', 'there is no plan to check');
  }
  const inputs = {
    playbook: plan.playbook.id,
    targets: plan.targets.map((target) => target.instance),
    plan_level: plan.level,
    plan_hash: plan.planHash,
    dry_run: plan.dryRun,
    checks: safety.checks.map((one) => ({ check: one.check, verdict: one.verdict, reason: one.reason })),
    gates: gates.map((one) => `${one.gate}: ${one.verdict}`),
  };
  const stopped = safety.checks.find((one) => one.verdict === 'exclude' || one.verdict === 'hold');
  if (stopped !== undefined) return decisionStep('safety_checks', 'done', inputs, stopped.verdict, stopped.reason);
  const gate = gates.find(isInTheWay);
  if (gate !== undefined) return decisionStep('safety_checks', 'done', inputs, gate.verdict, gate.reason);
  return decisionStep('safety_checks', 'done', inputs, 'pass', 'every check and every gate let it through');
}
