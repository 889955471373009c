/** Milliseconds of the monotonic clock that all processes of one machine share. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The moment in the detail of the bench action, on the same clock. */
export function beganAtMs(detail: string): number {
  const found = /^began at (\d+)$/.exec(detail);
  if (found === null) throw new RangeError(`"${detail}" is not what the bench action says`);
  return Number(found[1]) / 1e6;
}
