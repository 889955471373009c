import { connect, headers } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import type { LoggedEvent } from '../../system/support/event-log.ts';

/** Writes what no bus would: bytes that nobody can read, under a key of a bucket. */
export async function writeGarbage(url: string, bucket: string, key: string): Promise<void> {
  const connection = await connect({ servers: url.split(',') });
  try {
    await connection.request(`$KV.${bucket}.${key}`, '{"this is": "no record of Cortex"}');
  } finally {
    await connection.close();
  }
}

/** Deletes an entry that no bus would hand out. */
export async function writeTombstone(url: string, bucket: string, key: string): Promise<void> {
  const connection = await connect({ servers: url.split(',') });
  try {
    const mark = headers();
    mark.set('KV-Operation', 'DEL');
    await connection.request(`$KV.${bucket}.${key}`, '', { headers: mark, timeout: 5_000 });
  } finally {
    await connection.close();
  }
}

/** Without a message id the stream keeps it once more: every consumer is handed the same event twice. */
export async function publishAgain(url: string, { stream, sequence }: LoggedEvent): Promise<void> {
  const connection = await connect({ servers: url.split(',') });
  try {
    const manager = await jetstreamManager(connection);
    const message = await manager.streams.getMessage(stream, { seq: sequence });
    if (message === null) throw new RangeError(`${stream} does not hold ${sequence}`);
    await connection.request(message.subject, message.data);
  } finally {
    await connection.close();
  }
}
