import type { Contact, EscalationPolicy, Paging } from '@cortex/contracts';

/** The part of the user's configuration that escalation needs, and its own limits. */
export interface EscalationSettings {
  readonly policies: readonly EscalationPolicy[];
  readonly contacts: readonly Contact[];
  readonly paging: Paging;
  /** Tries of one page: the delay doubles from `baseMs` up to `capMs`. */
  readonly retry: { readonly baseMs: number; readonly capMs: number; readonly maxAttempts: number };
  /**
   * An attempt that has not reported back after this long counts as lost and is repeated; longer than any channel's
   * timeout.
   */
  readonly claimMs: number;
}

export const defaultLimits: Pick<EscalationSettings, 'retry' | 'claimMs'> = {
  retry: { baseMs: 2_000, capMs: 5 * 60_000, maxAttempts: 40 },
  claimMs: 15_000,
};
