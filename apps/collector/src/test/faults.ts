import fc from 'fast-check';

/** Reads the bytes again and again, each time with one wrong. Throws unless that is refused with 400, or `isRight`. */
export function readWithFaults(bytes: Buffer, isRight: (faulty: Buffer) => boolean): void {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const faulty = Buffer.from(bytes);
      faulty[at] = byte;
      return isRefused(faulty, isRight) || isRight(faulty);
    }),
    { numRuns: 1_000 },
  );
}

function isRefused(faulty: Buffer, read: (faulty: Buffer) => unknown): boolean {
  try {
    read(faulty);
    return false;
  } catch (error) {
    if ((error as { status?: number }).status === 400) return true;
    throw error;
  }
}
