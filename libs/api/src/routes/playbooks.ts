import { z } from 'zod';
import { ByForm, IdParams, Limit } from '../forms.ts';
import type { Route } from '../route.ts';
import { BreakerView, ExecutionList, ExecutionView, PlaybookList } from '../views/system.ts';

/** Playbooks, their breakers, and their executions. */
export const playbookRoutes = {
  playbooks: {
    tag: 'playbooks',
    summary: 'Every playbook with its performance and its circuit breaker',
    response: PlaybookList,
  },
  resetBreaker: {
    tag: 'playbooks',
    summary: 'Close an open breaker after its cool-down',
    params: z.strictObject({ playbook: z.string().min(1).max(128) }),
    body: ByForm,
    response: BreakerView,
  },
  executions: {
    tag: 'executions',
    summary: 'Executions, newest first',
    query: z.strictObject({ incident: z.uuid().optional(), limit: Limit.default(50) }),
    response: ExecutionList,
  },
  execution: {
    tag: 'executions',
    summary: 'The journal of one execution: each intent and each result',
    params: IdParams,
    response: ExecutionView,
  },
} satisfies Record<string, Route>;
