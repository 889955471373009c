import type { DecisionReason, DecisionStep } from '@cortex/contracts';
import type { Candidate, Candidates } from '../model/candidate.ts';
import { describeWaves } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { decisionStep } from './decision-step.ts';

/** Step 6 of spec 6.1: checks, then gates, of the candidate that they decided on; or the rule that came before them. */
export function safetyChecksStep(verdict: Verdict): DecisionStep {
  const { chosen, candidates, code, reason } = verdict;
  if (verdict.isByCandidate === true && chosen !== undefined) return candidateStep(chosen, candidates);
  const inputs = {
    ...(chosen === undefined
      ? {}
      : { playbook: chosen.plan.playbook.id, targets: chosen.plan.targets.map((target) => target.instance) }),
    passed_over: Object.fromEntries([...candidates.unusable].map(([id, found]) => [id, found.reason])),
  };
  return decisionStep('safety_checks', 'done', inputs, wordOf[code] ?? 'refuse', reason);
}

const wordOf: Partial<Record<DecisionReason, string>> = {
  silenced: 'hold',
  dependency_first: 'hold',
  learning: 'not yet',
  trigger_pending: 'not yet',
  degraded_only: 'not yet',
  checks_pending: 'not yet',
  rare_only: 'no harm',
  no_playbook: 'no plan',
};

function candidateStep(chosen: Candidate, { judged }: Candidates): DecisionStep {
  const { plan, safety, gates, verdict } = chosen;
  const before = judged.slice(0, judged.indexOf(chosen));
  const waves = describeWaves(plan);
  const inputs = {
    playbook: plan.playbook.id,
    targets: plan.targets.map((target) => target.instance),
    ...(waves === undefined ? {} : { waves }),
    plan_level: plan.level,
    plan_hash: plan.planHash,
    dry_run: plan.dryRun,
    checks: safety.checks.map(({ check, verdict: word, reason }) => ({ check, verdict: word, reason })),
    gates: gates.map((gate) => `${gate.gate}: ${gate.verdict}`),
    ...(before.length === 0 ? {} : { held_back: Object.fromEntries(before.map(whyHeld)) }),
  };
  switch (verdict.kind) {
    case 'may_run':
      return decisionStep('safety_checks', 'done', inputs, 'pass', 'every check and every gate let it through');
    case 'needs_approval':
      return decisionStep('safety_checks', 'done', inputs, 'needs_approval', verdict.reason);
    case 'held':
      return decisionStep('safety_checks', 'done', inputs, 'hold', verdict.reason);
    default: {
      const impossible: never = verdict;
      throw new TypeError(`an unknown verdict ${String(impossible)}`);
    }
  }
}

/** A better candidate that only later may be used. */
function whyHeld({ plan, verdict }: Candidate): [string, string] {
  return [plan.playbook.id, verdict.kind === 'held' ? `${verdict.by}: ${verdict.reason}` : verdict.kind];
}
