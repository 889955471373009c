import type { Signal } from '@cortex/contracts';
import { msBetween } from '../time.ts';

/** When something was so, and the place of that among the changes of its target. */
interface Told {
  readonly at: string;
  readonly sequence: number | undefined;
}

/**
 * Whether what came in is older than what is known. Changes of one target are in the order of their numbers: one that begins
 * before the last may follow it. Where one has no number, or the numbers began anew, time decides.
 */
export function isOlder(told: Told, known: Told): boolean {
  const laterMs = msBetween(known.at, told.at);
  if (told.sequence === undefined || known.sequence === undefined || told.sequence === known.sequence)
    return laterMs < 0;
  return told.sequence < known.sequence && laterMs <= 0;
}

/** The last that is known of a signal. */
export function lastOf({ clearedAt, detectedAt, sequence }: Signal): Told {
  return { at: clearedAt ?? detectedAt, sequence };
}
