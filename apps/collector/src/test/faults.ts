import fc from 'fast-check';
import { expect } from 'vitest';

/** Reads the bytes again and again, each time with one wrong: that is refused with 400, or `isRight`. */
export function readWithFaults(bytes: Buffer, isRight: (faulty: Buffer) => boolean): void {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const faulty = Buffer.from(bytes);
      faulty[at] = byte;
      expect(outcomeOf(() => isRight(faulty))).toBeOneOf(['refused', true]);
    }),
    { numRuns: 1_000 },
  );
}

function outcomeOf(read: () => boolean): unknown {
  try {
    return read();
  } catch (error) {
    return (error as { status?: number }).status === 400 ? 'refused' : error;
  }
}
