import { z } from 'zod';
import { headersParam, originParams } from '../../http/http-target.ts';
import { DurationUpTo } from '../../params.ts';
import { StepName, StepRequest } from './step-request.ts';
import { workflowProblems } from './workflow-problems.ts';

export const WorkflowParams = z
  .strictObject({
    description: z.string().max(1_000).optional().describe('For people.'),
    ...originParams,
    headers: headersParam.describe('Sent with every request.'),
    steps: z.array(StepName).min(1).max(32).describe('The names of the steps, in order.'),
    requests: z.record(StepName, StepRequest).describe('What each step asks, by its name.'),
    cleanup_timeout: DurationUpTo('1m')
      .prefault('5s')
      .describe('How long the clean-up may take, at most a third of the timeout.'),
  })
  .superRefine((params, context) => {
    for (const { path, message } of workflowProblems(params))
      context.addIssue({ code: 'custom', path: [...path], message });
  });
export type WorkflowParams = z.output<typeof WorkflowParams>;
