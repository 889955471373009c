import type { Source } from '../source.ts';

/** A span, as far as anything is made of it. */
export interface Span extends Source {
  readonly name: string;
  /** As OpenTelemetry counts: 1 internal, 2 server, 3 client, 4 producer, 5 consumer; 0 is unknown. */
  readonly kind: number;
  readonly isRoot: boolean;
  readonly isError: boolean;
  /** From {@link durationSeconds}. */
  readonly seconds: number | undefined;
}

const kinds = { unspecified: 0, internal: 1, server: 2, consumer: 5 } as const;
const longestSeconds = 86_400;

/**
 * Whether a span is a request to the service: server and consumer spans are, and so is the work that nobody asked for from
 * outside (a root of kind internal, or of none). What is inside of a request, and what asks others, is not.
 */
export function isRequest({ kind, isRoot }: Pick<Span, 'kind' | 'isRoot'>): boolean {
  if (kind === kinds.server || kind === kinds.consumer) return true;
  return isRoot && (kind === kinds.internal || kind === kinds.unspecified);
}

/**
 * How long a span took: both times are its own clock's, so how far that is off does not matter. Undefined where they tell
 * nothing: one is missing, the clock was set back in between, or more than a day has passed.
 */
export function durationSeconds(startNs: bigint | undefined, endNs: bigint | undefined): number | undefined {
  if (startNs === undefined || endNs === undefined || startNs <= 0n || endNs < startNs) return undefined;
  const seconds = Number(endNs - startNs) / 1e9;
  return seconds <= longestSeconds ? seconds : undefined;
}
