import type { GateResult } from '@cortex/contracts';
import { nextOpening } from '@cortex/suppression';
import { requiredApprovals } from '../gates/approval.ts';
import { askGates, isInTheWay, notReached } from '../gates/ask-gates.ts';
import { assessmentOf } from '../assessment/assess.ts';
import { isForSignOff } from '../levels.ts';
import type { Candidate, CandidateVerdict, Safety, Unusable } from '../model/candidate.ts';
import type { Plan, RankedMatch } from '../model/plan.ts';
import type { Work } from '../record/work.ts';
import { checkSafety } from '../safety/check-safety.ts';
import { makePlan } from '../selection/plan.ts';
import { chooseTargets } from '../selection/targets.ts';
import { addMs, earliest } from '../time.ts';

/** How soon it is asked again whose turn it is. */
const turnMs = 5_000;

/** One candidate through targets, safety checks and gates; or why it may not be used at all. */
export function judge(work: Work, match: RankedMatch): Candidate | Unusable {
  const choice = chooseTargets(work, match);
  if (choice.problem !== undefined) return { code: 'no_target', reason: choice.problem };
  const plan = makePlan(work, match, choice.targets);
  const safety = checkSafety(work, plan);
  const excluded = safety.checks.find((one) => one.verdict === 'exclude');
  if (excluded !== undefined) return { code: excluded.check, reason: `${excluded.check}: ${excluded.reason}` };
  if (isTooNarrow(work, plan)) {
    const { level } = work.incident.blastRadius;
    const reason = `it may reach ${plan.playbook.safety.blastRadius}, and the trouble is ${level}`;
    return { code: 'made_for_less', reason };
  }
  const asked = askAbout(work, plan, safety);
  const refused = asked.gates.find((gate) => gate.verdict === 'refuse');
  if (refused !== undefined) return { code: refused.gate, reason: `${refused.gate}: ${refused.reason}` };
  return { match, plan, safety, ...asked };
}

/** Trouble this wide is only for playbooks that are made for it. Spec 7.1. What is only watched runs nothing anyway. */
function isTooNarrow({ incident, service }: Work, { playbook }: Plan): boolean {
  if (service?.remediate === false || !isForSignOff(incident.blastRadius.level)) return false;
  return !isForSignOff(playbook.safety.blastRadius);
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
  const until = untilOf(inTheWay, work);
  return { kind: 'held', by: inTheWay.gate, code: 'gate_holds', ...gateReason, reason, ...until };
}

function untilOf({ code, inputs }: GateResult, work: Work): { readonly until?: string } {
  if (code === 'one_at_a_time' || code === 'more_severe_first') return { until: addMs(work.now, turnMs) };
  if (code === 'start_rate_reached')
    return { until: earliest(String(inputs['until']), addMs(work.now, work.facts.safety.holdRetryMs)) };
  return code === 'outside_maintenance_window' ? openingOf(work) : {};
}

function openingOf({ facts, now }: Work): { readonly until?: string } {
  const until = nextOpening(facts.safety.maintenanceWindows, now);
  return until === undefined ? {} : { until };
}
