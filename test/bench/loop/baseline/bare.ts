import { randomUUID } from 'node:crypto';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** JetStream with nothing around it: one connection, and the requests that a service makes. */
export interface Bare {
  publish(subject: string, bytes: Uint8Array): Promise<void>;
  /** Writes a key on top of a revision; 0 is the first write. Returns the new revision. */
  write(bucket: string, key: string, bytes: Uint8Array, revision?: number): Promise<number>;
  read(bucket: string, key: string): Promise<void>;
  /** Takes what comes on one subject, as it comes. */
  consume(stream: string, name: string, filter: string, handle: (message: JsMsg) => Promise<void>): Promise<void>;
}

export async function connectBare(url: string): Promise<Bare> {
  const connection = await connect({ servers: url, noAsyncTraces: true });
  const options = { checkAPI: false } as const;
  const client: JetStreamClient = jetstream(connection, options);
  const manager: JetStreamManager = await jetstreamManager(connection, options);
  return {
    async publish(subject, bytes) {
      await client.publish(subject, bytes, { msgID: randomUUID() });
    },
    async write(bucket, key, bytes, revision) {
      const expect = revision === undefined ? {} : { expect: { lastSubjectSequence: revision } };
      const ack = await client.publish(`$KV.${bucket}.${key}`, bytes, { msgID: randomUUID(), ...expect });
      return ack.seq;
    },
    async read(bucket, key) {
      await manager.streams.getMessage(`KV_${bucket}`, { last_by_subj: `$KV.${bucket}.${key}` });
    },
    async consume(stream, name, filter, handle) {
      await manager.consumers.add(stream, {
        durable_name: name,
        filter_subject: filter,
        ack_policy: AckPolicy.Explicit,
      });
      const consumer = await client.consumers.get(stream, name);
      await consumer.consume({
        callback: (message) => {
          handle(message).then(
            () => message.ack(),
            (error: unknown) => {
              console.error(error);
              process.exit(1);
            },
          );
        },
      });
    },
  };
}
