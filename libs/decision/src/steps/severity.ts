import type { DecisionStep } from '@cortex/contracts';
import { scoreSeverity } from '../assessment/severity.ts';
import type { Work } from '../record/work.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 2. An incident's severity only ever rises: what it came to is kept until it ends. */
export function severityStep(work: Work): DecisionStep {
  const { score, severity, parts } = scoreSeverity(work.incident, work.facts, work.memory.trend, work.now);
  const inputs = { score, parts, by_score: severity, trend: work.memory.trend, raised_by: [...work.memory.raised] };
  const kept = severity === work.incident.severity ? '' : `; ${work.incident.severity} is kept`;
  return decisionStep('severity', 'done', inputs, work.incident.severity, `score ${score} is ${severity}${kept}`);
}
