import type { Routes } from '@cortex/bus';
import { execute } from './execution/execute.ts';
import type { ExecutorParts } from './execution/parts.ts';
import { answerUnreadable } from './execution/unreadable-journal.ts';
import { handleRollbackRequested } from './handlers/remediation-rollback-requested.ts';

/** One event asks for the run of a playbook, the other for its rollback. */
export function executorRoutes(parts: ExecutorParts): Routes<'executor'> {
  return {
    'remediation.requested': (event, context) =>
      answerUnreadable(event.data, 'remediation', parts, () => execute(event.data, context, parts)),
    'remediation.rollback.requested': (event, context) =>
      answerUnreadable(event.data.remediation, 'rollback', parts, () => handleRollbackRequested(event, context, parts)),
  };
}
