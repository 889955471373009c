import type { DecisionStep } from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 1. */
export function classifyStep(assessment: Assessment): DecisionStep {
  const { signals, correlation } = assessment;
  const inputs = {
    active: signals.filter((signal) => signal.active).length,
    ...(correlation === 0 ? {} : { correlation }),
    signals: signals
      .slice(0, 10)
      .map((signal) => `${signal.target.instance ?? signal.target.service}: ${signal.summary}`.slice(0, 200)),
  };
  const company = correlation === 0 ? '' : '; other services went wrong at the same time';
  const reason = `${signals.length} signal(s), ${assessment.class}${company}`;
  return decisionStep('classify', 'done', inputs, assessment.class, reason);
}
