import { targetKey } from '@cortex/contracts';
import { levelRank } from '../levels.ts';
import type { Safety, SafetyCheck } from '../model/candidate.ts';
import type { Plan } from '../model/plan.ts';
import type { Work } from '../record/work.ts';
import { workedBefore } from '../selection/find.ts';
import { addMs } from '../time.ts';
import { approvalReasonsOf, reachesFurtherThanItCanUndo } from './approval-reasons.ts';
import { breakerOf } from './breaker-of.ts';

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

/** Exported for its test: targets are chosen so that no plan of today reaches that far. */
export function radiusLimit(plan: Pick<Plan, 'level' | 'playbook'>): SafetyCheck {
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
    .map((attempt) => ({
      targets: attempt.targets,
      endedAt: attempt.completedAt ?? attempt.requestedAt,
      isDryRun: attempt.outcome === 'dry_run',
    }));
  const past = work.facts.history.flatMap((incident) =>
    incident.uses.filter((use) => use.playbookId === plan.playbook.id),
  );
  const ends = [...past, ...own]
    .filter(({ isDryRun }) => isDryRun !== true || plan.dryRun)
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
  const names = frozen.map((target) => `${target.service}/${target.instance}`).join(', ');
  const reason = `frozen by flapping: trouble came back to ${names} too often, so nothing more is done to it; that ends when it stays well, or by: cortex unfreeze ${names}`;
  return { check: 'flapping', verdict: 'hold', reason };
}
