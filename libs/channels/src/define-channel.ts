import type { IncidentSeverity, JsonRecord, PageKind, Situation } from '@cortex/contracts';
import type { z } from 'zod';

/** One page to one contact. */
export interface Page {
  /** `test`: somebody tries whether pages arrive; there is no incident. */
  readonly kind: PageKind | 'test';
  readonly escalationId: string;
  readonly incidentId: string;
  /** The same for every retry of this page: receivers may drop repeats. */
  readonly dedupeKey: string;
  readonly level: number;
  readonly contact: string;
  readonly service: string;
  readonly severity: IncidentSeverity;
  readonly title: string;
  readonly reason: string;
  /** The situation as text, and what the request adds. */
  readonly details: string;
  /** Absent when the incident could not be read. */
  readonly situation?: Situation;
  /** The page was for this contact, who could not be told. */
  readonly insteadOf?: { readonly contact: string; readonly detail: string };
  readonly urgent: boolean;
  readonly at: string;
  /** Opens the incident in the console, where to acknowledge, approve and close; if its address is known. */
  readonly link?: string;
}

export interface Delivery {
  readonly delivered: boolean;
  readonly detail: string;
  readonly evidence?: JsonRecord;
  /** On failure: may it be tried again, and not before when? */
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

export interface ChannelContext {
  readonly signal: AbortSignal;
  log(message: string, data?: JsonRecord): void;
  /** Resolves a secret reference (`env:NAME`, `file:/path`). Throws a coded error naming the reference, never the value. */
  secret(reference: string): Promise<string>;
}

/** A way to notify a human. */
export interface ChannelPlugin<Params extends z.ZodType = z.ZodType> {
  /** As written in the configuration: `webhook`. */
  readonly name: string;
  readonly summary: string;
  /** Input keys are snake_case, as in the configuration. */
  readonly params: Params;
  send(params: z.output<Params>, page: Page, context: ChannelContext): Promise<Delivery>;
}

export function defineChannel<Params extends z.ZodType>(plugin: ChannelPlugin<Params>): ChannelPlugin<Params> {
  return plugin;
}
