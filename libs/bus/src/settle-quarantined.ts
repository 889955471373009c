import { quarantineBucket } from '@cortex/contracts';
import type { QuarantinedRecord } from '@cortex/contracts';
import { headers } from '@nats-io/transport-node';
import { bucketStream, openBucket } from './bucket.ts';
import type { Link } from './link.ts';
import type { Settlement } from './ports.ts';
import { isConflict, request } from './request.ts';

const deadlineMs = 10_000;

/**
 * See `Bus.settleQuarantined`. Only what still lies where the unreadable record lay is touched; its bytes stay in the
 * quarantine.
 */
export async function settleQuarantined(
  link: Link,
  key: string,
  how: 'restored' | 'dropped',
  by: string,
): Promise<Settlement> {
  const bucket = await openBucket(link, quarantineBucket);
  const entry = await bucket.get(key);
  if (entry === undefined || entry.value.settled !== undefined) return 'unknown';
  const record = entry.value;
  if (how === 'restored' && record.truncatedFrom !== undefined) return 'incomplete';
  const isInPlace = how === 'dropped' ? await drop(link, record) : await putBack(link, record);
  if (!isInPlace && how === 'restored') return 'replaced';
  await bucket.update(key, { ...record, settled: { how, by, at: link.runtime.now().toISOString() } }, entry.revision);
  return 'done';
}

function drop(link: Link, record: QuarantinedRecord): Promise<boolean> {
  return write(link, record, undefined, record.revision);
}

/** On top of the bytes themselves, or where nothing lies. */
async function putBack(link: Link, record: QuarantinedRecord): Promise<boolean> {
  const subject = subjectOf(record);
  const last = await request(link, { what: `the read of "${record.key}"`, deadlineMs }, () =>
    link.jetstream.lastMessage(bucketStream(record.bucket), subject, 'leader'),
  );
  const isFree = last === undefined || (last.headers?.get('KV-Operation') ?? '') !== '';
  if (!isFree && last.sequence !== record.revision) return false;
  return write(link, record, Buffer.from(record.bytes, 'base64'), last?.sequence ?? 0);
}

async function write(
  link: Link,
  record: QuarantinedRecord,
  bytes: Uint8Array | undefined,
  revision: number,
): Promise<boolean> {
  const head = headers();
  if (bytes === undefined) head.set('KV-Operation', 'DEL');
  try {
    await request(link, { what: `the write of "${record.key}" in bucket ${record.bucket}`, deadlineMs }, () =>
      link.jetstream.publish(subjectOf(record), bytes ?? new Uint8Array(), {
        msgID: `settled:${record.bucket}:${record.revision}:${link.runtime.now().getTime()}`,
        headers: head,
        timeout: 5_000,
        expect: { lastSubjectSequence: revision },
      }),
    );
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

function subjectOf({ bucket, key }: QuarantinedRecord): string {
  return `$KV.${bucket}.${key}`;
}
