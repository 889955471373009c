import type { EventType } from '@cortex/contracts';
import type { DeadLetterReason } from './dead-letter-reason.ts';

/** The logger of the bus. A pino logger fits. */
export interface BusLogger {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** The outcome of handling one delivery. */
export type HandlingOutcome =
  | 'handled'
  /** The handler asked for a redelivery later. */
  | 'retry_later'
  /** The handler failed; the message comes again. */
  | 'failed'
  | 'dead_lettered'
  /** Another consumer may hold the message by now, so it is not acked here. */
  | 'lost'
  /** Handed back unstarted, because the process is draining. */
  | 'handed_back';

/** Called by the bus for counters, synchronously. Must not throw. */
export interface BusHooks {
  published?(fact: {
    readonly type: EventType;
    /** Until the ack, retries included. */
    readonly durationMs: number;
    readonly attempts: number;
    /** The stream already had the event. */
    readonly duplicate: boolean;
  }): void;
  consumed?(fact: {
    readonly consumer: string;
    readonly type: EventType;
    readonly outcome: HandlingOutcome;
    /** Of the handler alone, 0 if it never ran. */
    readonly durationMs: number;
    /** 1 on the first delivery, more for redeliveries. */
    readonly deliveries: number;
  }): void;
  deadLettered?(fact: {
    readonly consumer: string;
    /** `unknown` for a subject that names no event. */
    readonly type: EventType | 'unknown';
    readonly reason: DeadLetterReason;
  }): void;
  connection?(state: 'connected' | 'disconnected'): void;
  leaseLost?(key: string): void;
  /** How far the clock of this machine is ahead of the server's, and the most that this may be wrong. */
  clock?(fact: { readonly skewMs: number; readonly errorMs: number }): void;
}
