import type { RetryLater } from '@cortex/bus';
import { CortexError } from '@cortex/errors';

/** Thrown out of a handler: the event is tried again after a while, and the journal says where to go on. */
export class TryAgainLater extends CortexError implements RetryLater {
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super('CORTEX_EXECUTION_LATER', `${reason}; tried again in ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another executor wrote this journal: it acts, so we stop without an effect. */
export class JournalTakenError extends TryAgainLater {
  constructor(executionId: string) {
    super(`the journal of ${executionId} was written by another executor`, 1_000);
  }
}

/** The reason that a step's signal carries when its time is up. */
export class StepTimeoutError extends CortexError {
  constructor(timeoutMs: number) {
    super('CORTEX_EXECUTION_STEP_TIMEOUT', `the step took longer than its ${timeoutMs} ms`);
  }
}
