import { CortexError, messageOf } from '@cortex/errors';
import { JetStreamApiError } from '@nats-io/jetstream';
import { backOffMs, pause } from '@cortex/runtime';
import { errors } from '@nats-io/transport-node';
import { BusClosedError, BusError, BusUnavailableError } from './errors.ts';
import type { Link } from './link.ts';
import { whenConnected } from './link.ts';
import { SnapshotInterruptedError } from './snapshot.ts';

const wrongLastMessageId = 10_070;
const wrongLastSequence = 10_071;
const wrongLastSequenceUnknown = 10_164;
const streamNotFound = 10_059;
const consumerNotFound = 10_014;

function hasApiCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof JetStreamApiError && codes.includes(error.code);
}

export function isConflict(error: unknown): boolean {
  return hasApiCode(error, wrongLastMessageId, wrongLastSequence, wrongLastSequenceUnknown);
}

export function isStreamMissing(error: unknown): boolean {
  return hasApiCode(error, streamNotFound);
}

export function isConsumerMissing(error: unknown): boolean {
  return hasApiCode(error, consumerNotFound);
}

/** True where a retry can help: a timeout, no responders, a lost connection, a server short of resources. */
function isTransient(error: unknown): boolean {
  if (error instanceof Disconnected || error instanceof SnapshotInterruptedError) return true;
  if (error instanceof JetStreamApiError) return error.status === 503 || error.status === 408;
  if (error instanceof Error && error.cause instanceof errors.PermissionViolationError) return false;
  return (
    error instanceof errors.TimeoutError ||
    error instanceof errors.RequestError ||
    error instanceof errors.NoRespondersError ||
    (error instanceof Error && error.name === 'JetStreamNotEnabled')
  );
}

class Disconnected extends CortexError {}

/** Runs one try, but ends it when the connection drops: the answer could not arrive any more. */
async function tryOnce<Result>(link: Link, operation: () => Promise<Result>): Promise<Result> {
  let unsubscribe = (): void => {};
  const lost = new Promise<never>((_resolve, reject) => {
    unsubscribe = link.onChange((connected) => {
      if (!connected) reject(new Disconnected('CORTEX_BUS_DISCONNECTED', 'the connection dropped before the answer'));
    });
  });
  const running = operation();
  running.catch(() => {});
  lost.catch(() => {});
  try {
    return await Promise.race([running, lost]);
  } finally {
    unsubscribe();
  }
}

export interface RequestOptions {
  /** The name of the request in messages: `publish of incident.opened`. */
  readonly what: string;
  /** Gives up after this long; without it, only when the bus closes. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Repeats an idempotent request until it is answered. Retries on a timeout, and at once after a reconnect. Errors that
 * a retry cannot cure are thrown unchanged.
 */
export async function request<Result>(
  link: Link,
  options: RequestOptions,
  operation: (attempt: number) => Promise<Result>,
): Promise<Result> {
  const { runtime } = link;
  const startedMs = runtime.monotonicMs();
  const leftMs = (): number => (options.deadlineMs ?? Number.POSITIVE_INFINITY) - (runtime.monotonicMs() - startedMs);
  const signals = options.signal ? [link.closing, options.signal] : [link.closing];
  let last: unknown;
  for (let attempt = 1; ; attempt += 1) {
    await whenConnected(link, leftMs(), ...signals);
    if (signals.some((signal) => signal.aborted)) throw new BusClosedError(options.what);
    // Less than a millisecond counts as none: a timer may fire that much early, and a try without a connection takes
    // seconds.
    if (leftMs() < 1) throw new BusUnavailableError(options.what, last);
    try {
      return await tryOnce(link, () => operation(attempt));
    } catch (error) {
      if (link.isClosed()) throw new BusClosedError(options.what);
      if (!isTransient(error)) throw describe(options.what, error);
      last = error;
      if (attempt % 5 === 0) {
        link.logger.warn({ what: options.what, attempt, error: String(error) }, 'NATS does not answer; trying again');
      }
    }
    if (link.isConnected())
      await pause(runtime, Math.min(backOffMs(runtime, attempt, 50, 2_000), leftMs()), ...signals);
  }
}

function describe(what: string, error: unknown): unknown {
  if (error instanceof BusError || error instanceof JetStreamApiError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof errors.PermissionViolationError) {
    return new BusError(
      'CORTEX_BUS_PERMISSION',
      `${what} was refused: this identity may not ${cause.operation === 'publish' ? 'publish to' : 'subscribe to'} ${cause.subject}. Check the NATS permissions of the service.`,
      { cause: error },
    );
  }
  return new BusError('CORTEX_BUS_REQUEST', `${what} failed: ${messageOf(error)}`, {
    cause: error,
  });
}
