import { type DecisionStep, type JsonRecord, decisionStepNames } from '@cortex/contracts';

export type StepName = (typeof decisionStepNames)[number];
export type StepStatus = DecisionStep['status'];

/** One of the nine steps; its number follows from its name. */
export function decisionStep(
  name: StepName,
  status: StepStatus,
  inputs: JsonRecord,
  verdict: string,
  reason: string,
): DecisionStep {
  const step = decisionStepNames.indexOf(name) + 1;
  return { step, name, status, inputs, verdict: verdict.slice(0, 128), reason: reason.slice(0, 4_000) };
}
