/** A time of OTLP; undefined where it is no number of nanoseconds. */
export function nanosecondsOf(time: string | number | undefined): bigint | undefined {
  if (typeof time === 'string') return /^\d{1,20}$/.test(time) ? BigInt(time) : undefined;
  return time !== undefined && time >= 0 && Number.isFinite(time) ? BigInt(Math.floor(time)) : undefined;
}
