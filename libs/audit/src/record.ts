import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, Timestamp } from '@cortex/contracts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Sequence = z.number().int().nonnegative();

/** One link of the chain: one message of one stream, bit by bit as it was. */
export const AuditRecord = z.strictObject({
  /** 1, 2, 3, …: a gap is a loss. */
  n: z.number().int().positive(),
  /** When the stream took the message in, by the server's clock. */
  at: Timestamp,
  stream: z.string(),
  sequence: Sequence,
  subject: z.string(),
  /** Empty when the message has none. */
  eventId: z.string(),
  size: Sequence,
  bytesHash: Hash,
  /** `omitted`: too large for a record; `bytesHash` still tells whether bytes are the same. */
  encoding: z.enum(['text', 'base64', 'omitted']),
  payload: z.string(),
  /** The last sequence of each stream that the chain has taken in, this record included: where to go on after a crash. */
  positions: z.record(z.string(), Sequence),
  previousHash: Hash,
  /** SHA-256 over the canonical JSON of everything above. */
  hash: Hash,
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** A message as a stream holds it. */
export interface AuditedMessage {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly eventId: string;
  readonly at: Date;
  readonly data: Uint8Array;
}

export const genesisHash = '0'.repeat(64);

/** Larger payloads are recorded by hash alone: a record must fit into one message itself. */
const largestPayloadBytes = 2 * 1_024 * 1_024;

/** The record that continues the chain after `previous` with this message. */
export function nextRecord(previous: AuditRecord | undefined, message: AuditedMessage): AuditRecord {
  const body = {
    n: (previous?.n ?? 0) + 1,
    at: message.at.toISOString(),
    stream: message.stream,
    sequence: message.sequence,
    subject: message.subject,
    eventId: message.eventId,
    size: message.data.byteLength,
    bytesHash: sha256(message.data),
    ...encode(message.data),
    positions: { ...previous?.positions, [message.stream]: message.sequence },
    previousHash: previous?.hash ?? genesisHash,
  };
  return { ...body, hash: hashOf(body) };
}

/** What `hash` of this record must be. */
export function hashOf(record: Omit<AuditRecord, 'hash'> & { readonly hash?: string }): string {
  const { hash: _, ...body } = record;
  return sha256(canonicalJson(body));
}

/** Whether the payload is what `bytesHash` says. */
export function payloadMatches(record: AuditRecord): boolean {
  if (record.encoding === 'omitted') return record.payload === '';
  const bytes = Buffer.from(record.payload, record.encoding === 'text' ? 'utf8' : 'base64');
  return bytes.byteLength === record.size && sha256(bytes) === record.bytesHash;
}

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function encode(data: Uint8Array): Pick<AuditRecord, 'encoding' | 'payload'> {
  if (data.byteLength > largestPayloadBytes) return { encoding: 'omitted', payload: '' };
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const text = bytes.toString('utf8');
  // Replaced invalid bytes would not come back as they were, and escaped control characters grow sixfold.
  const isPlain = Buffer.from(text, 'utf8').equals(bytes) && JSON.stringify(text).length < 1.5 * bytes.length + 16;
  return isPlain ? { encoding: 'text', payload: text } : { encoding: 'base64', payload: bytes.toString('base64') };
}
