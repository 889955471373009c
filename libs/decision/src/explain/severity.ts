import type { DecisionStep, Incident } from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import type { Memory } from '../model/memory.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 2. An incident's severity only ever rises: what it came to is kept until it ends. */
export function severityStep(incident: Incident, memory: Memory, assessment: Assessment): DecisionStep {
  const { score, severity, parts } = assessment.score;
  const inputs = { score, parts, by_score: severity, trend: memory.trend, raised_by: [...memory.raised] };
  const kept = severity === incident.severity ? '' : `; ${incident.severity} is kept`;
  return decisionStep('severity', 'done', inputs, incident.severity, `score ${score} is ${severity}${kept}`);
}
