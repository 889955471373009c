/** The permanent part of a code; the message of an error says what happened this time. */
export interface ErrorEntry {
  /** What it means, as a title. */
  readonly means: string;
  /** Why it happens, most common reason first. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
}

export type ErrorEntries<Entry extends ErrorEntry = ErrorEntry> = Readonly<Record<`CORTEX_${string}`, Entry>>;
