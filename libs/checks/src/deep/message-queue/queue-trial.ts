import { CortexError } from '@cortex/errors';
import type { QueueAddress } from './queue-address.ts';

/** The actions of the trial, in this order; each needs those before it. Spec 2.2. */
export const queueActions = ['publish_test_message', 'consume_test_message', 'verify_ack'] as const;
export type QueueAction = (typeof queueActions)[number];

/** The queue does not work. The message is for people. */
export class QueueProblem extends CortexError {
  constructor(message: string) {
    super('CORTEX_CHECK_QUEUE', message);
  }
}

/** Sends a message of its own through a queue of its own, as far as the last action. Throws {@link QueueProblem}. */
export type QueueTrial = (
  address: QueueAddress,
  last: QueueAction,
  signal: AbortSignal,
) => Promise<{ readonly server: string }>;

/** True when the trial goes as far as this action. */
export function includes(last: QueueAction, action: QueueAction): boolean {
  return queueActions.indexOf(action) <= queueActions.indexOf(last);
}
