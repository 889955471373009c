import type { RetryLater } from '@cortex/bus';

/** Thrown out of a handler: the event is tried again after a while, and the journal says where to go on. */
export class TryAgainLater extends Error implements RetryLater {
  readonly code = 'CORTEX_EXECUTION_LATER';
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super(`${reason}; tried again in ${retryAfterMs} ms`);
    this.name = 'TryAgainLater';
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another executor wrote this journal: it acts, so we stop without an effect. */
export class JournalTakenError extends TryAgainLater {
  constructor(executionId: string) {
    super(`the journal of ${executionId} was written by another executor`, 1_000);
    this.name = 'JournalTakenError';
  }
}

/** The reason that a step's signal carries when its time is up. */
export class StepTimeoutError extends Error {
  readonly code = 'CORTEX_EXECUTION_STEP_TIMEOUT';

  constructor(timeoutMs: number) {
    super(`the step took longer than its ${timeoutMs} ms`);
    this.name = 'StepTimeoutError';
  }
}
