import type { DecisionStep, Incident } from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import type { Memory } from '../model/memory.ts';
import { decisionStep } from './decision-step.ts';

/**
 * Spec 6.1 step 2: the score, each part of it with what it comes from, and what is kept of before. An incident's severity only
 * ever rises: what it came to is kept until it ends.
 */
export function severityStep(incident: Incident, memory: Memory, assessment: Assessment): DecisionStep {
  const { score, severity, byPoints, parts, limits } = assessment.score;
  const { isHarmful, reason } = assessment.harm;
  const inputs = {
    score,
    ...Object.fromEntries(Object.entries(parts).map(([name, { points, from }]) => [name, `${points} (${from})`])),
    ...(memory.trendFrom === undefined ? {} : { trend: trendText(parts['trend']?.points ?? 0, memory) }),
    limits,
    by_score: byPoints,
    harm: isHarmful,
    harm_reason: reason,
    raised_by: [...memory.raised],
  };
  const since = memory.severityFrom === undefined ? '' : ` since ${memory.severityFrom.at}: ${memory.severityFrom.why}`;
  const kept = severity === incident.severity ? '' : `; ${incident.severity} is kept${since}`;
  const capped = byPoints === severity ? '' : `, but no more than ${severity}`;
  const why = `score ${score} is ${byPoints}${capped}: ${reason}${kept}`;
  return decisionStep('severity', 'done', inputs, incident.severity, why.slice(0, 4_000));
}

function trendText(points: number, { trend, trendFrom }: Memory): string {
  if (trendFrom === undefined) return `${points} (${trend})`;
  const { at, before, after } = trendFrom;
  const text = ({ active, worst }: typeof before): string => `${active} active, the worst of ${worst} points`;
  return `${points} (${trend} since ${at}: ${text(after)}; before ${text(before)})`;
}
