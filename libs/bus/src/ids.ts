import { createHash } from 'node:crypto';

const uuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A UUID v7 out of a time and ten bytes, the last of which is not used. */
function uuidFrom(timeMs: number, bytes: Uint8Array): string {
  const time = Math.max(0, Math.trunc(timeMs)).toString(16).padStart(12, '0').slice(-12);
  const rest = Buffer.from(bytes).toString('hex');
  const variant = '89ab'.charAt(Number.parseInt(rest.charAt(3), 16) & 3);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`;
}

/** Hashes a list of texts; different lists give different hashes. */
function digest(parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** A new time-ordered id. */
export function freshId(nowMs: number, randomBytes: (count: number) => Uint8Array): string {
  return uuidFrom(nowMs, randomBytes(10));
}

/** The epoch milliseconds in a UUID v7, or undefined for any other id. */
export function timeOfId(id: string): number | undefined {
  const match = uuidV7.exec(id);
  return match ? Number.parseInt(`${match[1]}${match[2]}`, 16) : undefined;
}

/** The source of a derived id. `time` counts only where `id` carries no time itself. */
export interface IdSource {
  readonly id: string;
  readonly time?: string | undefined;
}

/** A stable id shaped like a UUID v7: time from the source, the rest a hash of the source's id and `parts`. */
export function derivedId(source: IdSource, ...parts: readonly string[]): string {
  const timeMs = timeOfId(source.id) ?? Date.parse(source.time ?? '');
  return uuidFrom(Number.isFinite(timeMs) ? timeMs : 0, digest([source.id, ...parts]).subarray(0, 10));
}

/** The id of the event that `cause` leads to, by type and draft key. */
export function effectId(cause: IdSource, type: string, key: string | undefined): string {
  return derivedId(cause, 'event', type, key ?? '');
}

const traceContext = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/** W3C trace context for event `id`: the trace of the cause, or a new one; always a span of its own. */
export function traceParent(id: string, causeTraceparent: string | undefined): string {
  const carried = traceContext.exec(causeTraceparent ?? '');
  const trace = carried?.[1] ?? digest(['trace', id]).toString('hex').slice(0, 32);
  const span = digest(['span', id]).toString('hex').slice(0, 16);
  return `00-${trace}-${span}-${carried?.[2] ?? '01'}`;
}
