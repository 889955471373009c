const maxPauseMs = 1_000;
const firstShare = 0.25;

export function defaultLongestPauseMs(timeoutMs: number): number {
  return Math.min(timeoutMs, maxPauseMs);
}

/**
 * The pause before a retry, the first of which is 1: short at first, because most blips are, then twice as long each
 * time.
 */
export function retryPauseMs(retry: number, longestMs: number): number {
  return Math.min(longestMs, longestMs * firstShare * 2 ** (retry - 1));
}
