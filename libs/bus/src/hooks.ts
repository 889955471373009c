import type { EventType } from '@cortex/contracts';
import type { DeadLetterReason } from './dead-letter-reason.ts';

/** Where the bus writes what people may want to know. A pino logger fits. */
export interface BusLogger {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** How the handling of one delivery ended. */
export type HandlingOutcome =
  | 'handled'
  /** The handler asked for another try later. */
  | 'retry_later'
  /** The handler failed; the message comes again. */
  | 'failed'
  | 'dead_lettered'
  /** The message may have gone to another consumer meanwhile, so it is not acked here. */
  | 'lost'
  /** Handed back unstarted, because the process is draining. */
  | 'handed_back';

/** Called by the bus as things happen, for counters. Must not throw; called synchronously. */
export interface BusHooks {
  published?(fact: {
    readonly type: EventType;
    /** Until the ack, retries included. */
    readonly durationMs: number;
    readonly attempts: number;
    /** The stream had it already. */
    readonly duplicate: boolean;
  }): void;
  consumed?(fact: {
    readonly consumer: string;
    readonly type: EventType;
    readonly outcome: HandlingOutcome;
    /** Of the handler alone, 0 where it never ran. */
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
}
