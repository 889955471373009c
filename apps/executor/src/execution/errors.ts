import type { RetryLater } from '@cortex/bus';
import { CortexError } from '@cortex/errors';

/** Thrown out of a handler to have the event redelivered after a delay; the journal says where to continue. */
export class TryAgainLater extends CortexError implements RetryLater {
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super('CORTEX_EXECUTION_LATER', `${reason}; tried again in ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another executor wrote this journal: that one acts, and this one stops without an effect. */
export class JournalTakenError extends TryAgainLater {
  constructor(executionId: string) {
    super(`the journal of ${executionId} was written by another executor`, 1_000);
  }
}

/** The abort reason of a step's signal when its timeout has passed. */
export class StepTimeoutError extends CortexError {
  constructor(timeoutMs: number) {
    super('CORTEX_EXECUTION_STEP_TIMEOUT', `the step took longer than its ${timeoutMs} ms`);
  }
}

/** What was done in this execution cannot be read, so nothing more is done in it. */
export class JournalUnreadableError extends CortexError {
  constructor(executionId: string, cause: unknown) {
    super(
      'CORTEX_EXECUTION_JOURNAL_UNREADABLE',
      `the journal of ${executionId} cannot be read, so nothing more is done`,
      {
        cause,
      },
    );
  }
}
