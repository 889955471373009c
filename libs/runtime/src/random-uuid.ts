import type { Runtime } from './runtime.ts';

/** A UUID of version 4. */
export function randomUuid(runtime: Pick<Runtime, 'randomBytes'>): string {
  const bytes = Buffer.from(runtime.randomBytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
