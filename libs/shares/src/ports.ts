import type { Bus, BusLogger, LeaseBucket } from '@cortex/bus';
import type { Runtime } from '@cortex/runtime';

/** One share in the hands of this replica. */
export interface Share {
  readonly name: string;
  /** Grows with every owner of this share. */
  readonly token: number;
  /** Aborts when the share is lost: another replica may have it. */
  readonly signal: AbortSignal;
  /** Whether it is still ours, by this process's own clock: ask right before each write. */
  isHeld(): boolean;
}

/** What is done with a share while it is held. */
export interface ShareWork {
  /**
   * Ends the work, once. The share goes to another replica when this resolves. While `share.isHeld()` what is left may be
   * written; after a loss nothing may be.
   */
  end(): Promise<void>;
}

export interface ShareOptions {
  readonly bus: Pick<Bus, 'leases' | 'bucket'>;
  /** Whose work it is; its replicas share it. */
  readonly service: string;
  /** This replica. Whoever comes under the name of one that was there before takes its place at once. */
  readonly replica: string;
  /** All shares, at most 1,024; a replica of another configuration may know fewer or more, in the same order. */
  readonly shares: readonly string[];
  readonly logger: BusLogger;
  readonly runtime: Pick<Runtime, 'now' | 'after' | 'every'>;
  /** Called when a share has become ours. When it fails, the share is given up and asked for again later. */
  readonly begin: (share: Share) => Promise<ShareWork>;
  /** Called with the number of shares held, after each change. */
  readonly onChange?: (held: number) => void;
  /** Where the seats are. How long its leases last says how soon others go on. Default: those of 10 s. */
  readonly seats?: LeaseBucket;
  /** How often to look for replicas that are gone. Default 1 s. */
  readonly pollMs?: number;
}

export interface SharedOut {
  /** Ends all work in order and hands all shares over. */
  stop(): Promise<void>;
}
