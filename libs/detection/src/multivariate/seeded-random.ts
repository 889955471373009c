/** Uniform numbers in [0, 1). */
export type Random = () => number;

/** Seeded uniform numbers: sfc32 (Chris Doty-Humphrey, PractRand), 32 bits each. The same seed, the same numbers. */
export function seededRandom(seed: number): Random {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** A standard normal number (Box-Muller). */
export function normalFrom(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `count` different indices below `length`, in ascending order; all of them when there are no more. */
export function sampleIndices(length: number, count: number, random: Random): Int32Array {
  const indices = Int32Array.from({ length }, (_, index) => index);
  if (count >= length) return indices;
  shuffleStart(indices, count, random);
  return indices.slice(0, count).sort();
}

/** Brings a uniform sample without replacement to the first `count` places of `indices` (Fisher-Yates, cut short). */
export function shuffleStart(indices: Int32Array, count: number, random: Random): void {
  for (let place = 0; place < count; place += 1) {
    const other = place + Math.floor(random() * (indices.length - place));
    const value = indices[place] as number;
    indices[place] = indices[other] as number;
    indices[other] = value;
  }
}
