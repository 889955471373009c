/** One service under a supervisor that brings it back. */
export interface Side {
  readonly name: string;
  /** Answers 200 with the pid of the process that answered. */
  readonly url: string;
  /** Resolves once the supervisor itself says that all is well again, and would see the next fault. */
  settled(): Promise<void>;
  /** Ends supervisor and service. */
  stop(): Promise<void>;
}

/** How often both supervisors look. */
export const intervalMs = 1_000;

export const settleTimeoutMs = 60_000;
