import { CortexError } from '@cortex/errors';
import type { busErrors } from '@cortex/errors';

/** A failure of the bus, with a documented code. */
export class BusError extends CortexError<keyof typeof busErrors> {}

/** The server did not answer in time. A handler that throws it is tried again without counting as failed. */
export class BusUnavailableError extends BusError {
  readonly retryAfterMs = 1_000;

  constructor(operation: string, cause: unknown) {
    super(
      'CORTEX_BUS_UNAVAILABLE',
      `${operation} got no answer from the NATS server; whether it took effect is unknown. Check that the server runs and is reachable.`,
      { cause },
    );
  }
}

/** The bus was drained while the operation ran. */
export class BusClosedError extends BusError {
  readonly retryAfterMs = 1_000;

  constructor(operation: string) {
    super('CORTEX_BUS_CLOSED', `${operation} was given up because this process is shutting down.`);
  }
}

/** A draft that breaks its contract: a bug of the publisher, so it is thrown, not sent. */
export class BadDraftError extends BusError {
  constructor(type: string, detail: string) {
    super('CORTEX_BUS_BAD_DRAFT', `the event "${type}" may not be published: ${detail}`);
  }
}

/** A stored value, or a value to store, that does not match the schema of its bucket. */
export class BadEntryError extends BusError {
  constructor(bucket: string, key: string, direction: 'read' | 'write', detail: string) {
    super(
      'CORTEX_BUS_BAD_ENTRY',
      `the ${direction} of "${key}" in bucket ${bucket} does not match its schema: ${detail}`,
    );
  }
}

export class NotProvisionedError extends BusError {
  constructor(what: string) {
    super('CORTEX_BUS_NOT_PROVISIONED', `${what} does not exist on this NATS server. Run "cortex provision" first.`);
  }
}

/** The lease is not held any more, or can no longer be proved to be held. */
export class LeaseLostError extends BusError {
  constructor(key: string, reason: string) {
    super('CORTEX_LEASE_LOST', `the lease on "${key}" is lost: ${reason}. Stop before the next effect.`);
  }
}
