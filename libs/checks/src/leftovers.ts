/** What one run of a check has begun and may have to clean up. */
export interface Leftover {
  /** The run, unique. */
  readonly id: string;
  /** Steps that were begun, in order; whether they took effect is not known. */
  readonly begun: readonly string[];
  /** Variables that the clean-up needs. Never a secret. */
  readonly variables: Readonly<Record<string, string | number | boolean>>;
  /** Until then the run may still be under way, in any process. */
  readonly activeUntil: string;
}

/** A store of leftovers that outlives the process, of one check of one target. */
export interface Leftovers {
  list(): Promise<readonly Leftover[]>;
  write(leftover: Leftover): Promise<void>;
  remove(id: string): Promise<void>;
}
