import { JetStreamApiError } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { JetStream, PullOptions, Pull, Stored } from '../jetstream.ts';

const noMessageFound = 10_037;

/** JetStream through the NATS client. */
export function natsJetStream(
  client: JetStreamClient,
  manager: JetStreamManager,
  pull: (options: PullOptions) => Pull,
): JetStream {
  const { streams, consumers, direct } = manager;
  return {
    publish: (subject, data, options) => client.publish(subject, data, options),
    async stream(name) {
      const { config, state } = await streams.info(name);
      return { lastSequence: state.last_seq, messages: state.messages, maxAgeMs: config.max_age / 1e6 };
    },
    async subjects(stream, filter) {
      const { state } = await streams.info(stream, { subjects_filter: filter });
      return Object.keys(state.subjects ?? {});
    },
    lastMessage: (stream, subject, from) =>
      storedOrNone(() =>
        from === 'leader'
          ? streams.getMessage(stream, { last_by_subj: subject })
          : direct.getMessage(stream, { last_by_subj: subject }),
      ),
    message: (stream, sequence) => storedOrNone(() => streams.getMessage(stream, { seq: sequence })),
    async purge(stream, filter, upTo) {
      // The server leaves the sequence itself.
      await streams.purge(stream, { filter, ...(upTo === undefined ? {} : { seq: upTo + 1 }) });
    },
    async consumer(stream, name) {
      const { config, num_pending: pending } = await consumers.info(stream, name);
      return { config, pending };
    },
    async addConsumer(stream, wanted) {
      const { config, num_pending: pending } = await consumers.add(stream, wanted);
      return { config, pending };
    },
    async updateConsumer(stream, name, config) {
      await consumers.update(stream, name, config);
    },
    async deleteConsumer(stream, name) {
      await consumers.delete(stream, name);
    },
    pull,
  };
}

async function storedOrNone(ask: () => Promise<StoredMsg | null>): Promise<Stored | undefined> {
  let message: StoredMsg | null;
  try {
    message = await ask();
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
    throw error;
  }
  if (message === null) return undefined;
  const { subject, data, header, seq, time } = message;
  return { subject, data, headers: header, sequence: seq, storedAtMs: time.getTime() };
}
