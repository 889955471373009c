import type { DecisionStep, Incident } from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import type { Memory } from '../model/memory.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 2. An incident's severity only ever rises: what it came to is kept until it ends. */
export function severityStep(incident: Incident, memory: Memory, assessment: Assessment): DecisionStep {
  const { score, severity, byPoints, parts } = assessment.score;
  const { isHarmful, reason } = assessment.harm;
  const inputs = {
    score,
    parts,
    by_score: byPoints,
    harm: isHarmful,
    harm_reason: reason,
    trend: memory.trend,
    raised_by: [...memory.raised],
  };
  const kept = severity === incident.severity ? '' : `; ${incident.severity} is kept`;
  const capped = byPoints === severity ? '' : `, but no more than ${severity}`;
  const why = `score ${score} is ${byPoints}${capped}: ${reason}${kept}`;
  return decisionStep('severity', 'done', inputs, incident.severity, why.slice(0, 4_000));
}
