import { requiredApprovals } from '../gates/approval.ts';
import { askGates, isInTheWay, notReached } from '../gates/ask-gates.ts';
import { assessmentOf } from '../assessment/assess.ts';
import type { Candidate, CandidateVerdict, Safety } from '../model/candidate.ts';
import type { Plan, RankedMatch } from '../model/plan.ts';
import type { Work } from '../record/work.ts';
import { checkSafety } from '../safety/check-safety.ts';
import { makePlan } from '../selection/plan.ts';
import { chooseTargets } from '../selection/targets.ts';

/** One candidate through targets, safety checks and gates; or why it may not be used at all. */
export function judge(work: Work, match: RankedMatch): Candidate | string {
  const choice = chooseTargets(work, match);
  if (choice.problem !== undefined) return choice.problem;
  const plan = makePlan(work, match, choice.targets);
  const safety = checkSafety(work, plan);
  const excluded = safety.checks.find((one) => one.verdict === 'exclude');
  if (excluded !== undefined) return `${excluded.check}: ${excluded.reason}`;
  return { match, plan, safety, ...askAbout(work, plan, safety) };
}

/** Safety checks before gates: what a check holds is not put to them. */
function askAbout(work: Work, plan: Plan, safety: Safety): Pick<Candidate, 'gates' | 'verdict'> {
  const gates = notReached(0, 'a safety check decided');
  const held = safety.checks.find((one) => one.verdict === 'hold');
  if (held !== undefined) {
    const until = held.until === undefined ? {} : { until: held.until };
    const verdict = { kind: 'held', by: held.check, code: 'check_holds', reason: held.reason, ...until } as const;
    return { gates, verdict };
  }
  if (work.service === undefined) {
    const reason = 'the service is not in the catalogue';
    return { gates, verdict: { kind: 'held', by: 'catalogue', code: 'check_holds', reason } };
  }
  return askTheGates(work, plan, safety, work.service);
}

function askTheGates(
  work: Work,
  plan: Plan,
  { approvalReasons }: Safety,
  service: NonNullable<Work['service']>,
): Pick<Candidate, 'gates' | 'verdict'> {
  const { facts, incident, now } = work;
  const { silence } = assessmentOf(work);
  const gates = askGates({ facts, plan, incident, service, now, silence, approvalReasons });
  return { gates, verdict: verdictOf(gates, work, plan) };
}

function verdictOf(gates: Candidate['gates'], work: Work, plan: Plan): CandidateVerdict {
  const inTheWay = gates.find(isInTheWay);
  if (inTheWay === undefined) return { kind: 'may_run' };
  const { reason } = inTheWay;
  if (inTheWay.verdict === 'needs_approval') {
    return { kind: 'needs_approval', reason, people: requiredApprovals(work.incident.blastRadius.level, plan) };
  }
  const gateReason = inTheWay.code === undefined ? {} : { gateReason: inTheWay.code };
  return { kind: 'held', by: inTheWay.gate, code: 'gate_holds', ...gateReason, reason };
}
