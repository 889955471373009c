import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Text, Timestamp } from '../model/scalars.ts';

/** A record of another bucket that could not be read, as it was found. */
export const QuarantinedRecord = z.strictObject({
  bucket: z.string().min(1).max(128),
  key: z.string().min(1).max(1_024),
  revision: z.number().int().positive(),
  writtenAt: Timestamp,
  foundAt: Timestamp,
  /** The service that found it first. */
  foundBy: z.string().max(256),
  problem: Text,
  /** Base64. */
  bytes: z.string(),
  /** More bytes than a message holds: the rest is lost when the record is replaced. */
  truncatedFrom: z.number().int().positive().optional(),
  /** A person has seen to it. */
  settled: z
    .strictObject({ how: z.enum(['restored', 'dropped']), by: z.string().min(1).max(128), at: Timestamp })
    .optional(),
});
export type QuarantinedRecord = z.infer<typeof QuarantinedRecord>;

export const quarantineBucket = defineBucket({
  name: 'cortex-quarantine',
  summary: 'Records that could not be read: their bytes, where they lay and what is wrong with them',
  key: '<bucket>.<revision>',
  value: QuarantinedRecord,
  coordination: true,
  // Some hundred of the largest records: enough to repair by hand, too little to fill a disk.
  maxBytes: 256 * mebibyte,
  whenFull: 'drop_oldest',
});

export function quarantineKey({ bucket, revision }: Pick<QuarantinedRecord, 'bucket' | 'revision'>): string {
  return `${bucket}.${revision}`;
}
