import { hashText } from '@cortex/contracts';

const registers = 256;

/** An empty count. */
export function emptyCount(): Uint8Array {
  return new Uint8Array(registers);
}

/** Counts a text; one that was counted before changes nothing. */
export function countDistinct(count: Uint8Array, text: string): void {
  const hash = hashText(text);
  const register = Number.parseInt(hash.slice(0, 2), 16);
  const rank = Math.clz32(Number.parseInt(hash.slice(8), 16)) + 1;
  count[register] = Math.max(count[register] ?? 0, rank);
}

/**
 * How many different texts were counted, to some 7 %: HyperLogLog (Flajolet et al. 2007) with its linear count below
 * 640.
 */
export function distinctIn(count: Uint8Array): number {
  let sum = 0;
  let zeros = 0;
  for (const rank of count) {
    sum += 2 ** -rank;
    if (rank === 0) zeros += 1;
  }
  const estimate = ((0.7213 / (1 + 1.079 / registers)) * registers ** 2) / sum;
  const isSmall = estimate <= 2.5 * registers && zeros > 0;
  return Math.round(isSmall ? registers * Math.log(registers / zeros) : estimate);
}
