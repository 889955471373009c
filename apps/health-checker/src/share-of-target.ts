import { hashText, targetKey, type Target } from '@cortex/contracts';

/** Enough for many replicas to have about as many targets each, few enough for one table. */
const shareCount = 64;

/** The shares of all targets, in the order that every replica knows. */
export const targetShares: readonly string[] = Array.from({ length: shareCount }, (_, share) => String(share));

/** The share of a target: all checks of one target stay together, wherever they run. */
export function shareOfTarget(target: Target): string {
  return String(Number.parseInt(hashText(targetKey(target)).slice(0, 8), 16) % shareCount);
}
