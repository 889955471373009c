import type { StreamName } from '@cortex/contracts';

/** One message as the stream holds it, valid or not. */
export interface RawMessage {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly subject: string;
  /** When the server stored it. */
  readonly at: Date;
  readonly data: Uint8Array;
  header(name: string): string | undefined;
}

export interface RawReading {
  readonly stream: StreamName;
  /** Only these subjects. Default: all. */
  readonly filter?: string;
  readonly fromSequence: number;
  /** Called for one message at a time, in order; after a failure the message comes again. */
  readonly handle: (message: RawMessage) => void | Promise<void>;
  /** Called once, when everything that was in the stream at the start has been handled. */
  readonly onCaughtUp?: () => void;
}

/** The end of a stream: a sequence, and the message there if it was not removed. */
export interface LogEnd {
  readonly sequence: number;
  readonly data?: Uint8Array;
}

/**
 * A stream with one writer at a time: every append names the sequence that it follows, so a second writer, or one that
 * does not know of its own last append, gets a conflict instead of writing.
 */
export interface AppendLog {
  end(): Promise<LogEnd>;
  /**
   * Appends all in order right behind `after`. Returns how many were certainly stored; fewer than given means a
   * conflict or no answer: read the end again before the next append.
   */
  append(messages: readonly Uint8Array[], after: number): Promise<number>;
}
