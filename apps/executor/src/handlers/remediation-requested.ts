import type { HandlerContext } from '@cortex/bus';
import type { CortexEvent, EventDraft } from '@cortex/contracts';
import { execute } from '../execution/execute.ts';
import type { ExecutorParts } from '../execution/parts.ts';

/** A playbook is to be run. */
export function handleRemediationRequested(
  event: CortexEvent<'remediation.requested'>,
  context: HandlerContext,
  parts: ExecutorParts,
): Promise<readonly EventDraft[]> {
  return execute(event.data, context, parts);
}
