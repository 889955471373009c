import type { Source } from '../source.ts';

/** The parts of a span that are used. */
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
 * Whether a span is a request to the service: server and consumer spans are, and so is work that the service began
 * itself (a root of kind internal, or of none). Parts of a request and calls to other services are not.
 */
export function isRequest({ kind, isRoot }: Pick<Span, 'kind' | 'isRoot'>): boolean {
  if (kind === kinds.server || kind === kinds.consumer) return true;
  return isRoot && (kind === kinds.internal || kind === kinds.unspecified);
}

/**
 * The duration of a span: both times are from its own clock, whose error does not matter. Undefined where they are
 * unusable: one is missing, the clock was set back in between, or more than a day has passed.
 */
export function durationSeconds(startNs: bigint | undefined, endNs: bigint | undefined): number | undefined {
  if (startNs === undefined || endNs === undefined || startNs <= 0n || endNs < startNs) return undefined;
  const seconds = Number(endNs - startNs) / 1e9;
  return seconds <= longestSeconds ? seconds : undefined;
}
