import { AckPolicy, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import type { ConsumerConfig } from '@nats-io/jetstream';
import { escapeToken, subjectFilter, subjectOf } from '@cortex/contracts';
import type { EventDefinition } from '@cortex/contracts';
import { NotProvisionedError } from './errors.ts';
import type { Link } from './link.ts';
import { isConsumerMissing, isStreamMissing, request } from './request.ts';

/**
 * Unacknowledged messages over all replicas: no limit. Those that wait for another try count too, and at any limit so
 * many of them would stop the healthy ones. What a process holds is bounded by what it asks for.
 */
const maxAckPending = -1;

export interface DurableConsumer {
  readonly stream: string;
  readonly name: string;
  readonly config: Partial<ConsumerConfig>;
}

/** The durable consumer of one event type, the same for all replicas of the consuming service. */
export function durableConsumer(
  consumer: string,
  event: EventDefinition,
  options: { readonly ackWaitMs: number; readonly service?: string | undefined },
): DurableConsumer {
  const suffix = options.service === undefined ? '' : `-${escapeToken(options.service)}`;
  const name = `${escapeToken(consumer)}-${event.type.replaceAll('.', '-')}${suffix}`;
  return {
    stream: event.stream,
    name,
    config: {
      durable_name: name,
      filter_subject:
        options.service === undefined ? subjectFilter(event.type) : subjectOf(event.type, options.service),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ack_wait: options.ackWaitMs * 1e6,
      max_deliver: -1,
      max_ack_pending: maxAckPending,
    },
  };
}

/** Creates the consumer, or updates an existing one to the wanted settings. Waits while the server is away. */
export async function ensureConsumer(link: Link, wanted: DurableConsumer, signal: AbortSignal): Promise<void> {
  const { jetstream } = link;
  await request(link, { what: `the set-up of consumer ${wanted.name}`, signal }, async () => {
    try {
      const { config } = await jetstream.consumer(wanted.stream, wanted.name);
      const same = (['filter_subject', 'ack_wait', 'max_deliver', 'max_ack_pending'] as const).every(
        (setting) => config[setting] === wanted.config[setting],
      );
      if (!same) await jetstream.updateConsumer(wanted.stream, wanted.name, { ...config, ...wanted.config });
    } catch (error) {
      if (isStreamMissing(error)) throw new NotProvisionedError(`the stream ${wanted.stream}`);
      if (!isConsumerMissing(error)) throw error;
      await jetstream.addConsumer(wanted.stream, wanted.config);
    }
  });
}
