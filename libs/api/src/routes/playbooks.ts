import { z } from 'zod';
import { ByForm, IdParams, Limit, NameFilter } from '../forms.ts';
import type { Route } from '../route.ts';
import { BreakersView, ExecutionList, ExecutionView, PlaybookList } from '../views/system.ts';

/** Playbooks, their breakers, and their executions. */
export const playbookRoutes = {
  playbooks: {
    tag: 'playbooks',
    summary: 'Every playbook with its performance and its circuit breakers',
    response: PlaybookList,
  },
  resetBreaker: {
    tag: 'playbooks',
    summary: 'Close the open breakers of a playbook after their cool-down; with a service, that one alone',
    params: z.strictObject({ playbook: z.string().min(1).max(128) }),
    query: z.strictObject({ service: NameFilter }),
    body: ByForm,
    response: BreakersView,
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
