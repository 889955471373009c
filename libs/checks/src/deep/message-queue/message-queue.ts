import { z } from 'zod';
import { defineCheck } from '../../define-check.ts';
import { connectionFailures } from '../../failures.ts';
import { instanceAddress } from '../../instance-address.ts';
import { AbsolutePath, Host, Port, SecretReference } from '../../params.ts';
import { tryNats } from './nats.ts';
import { openQueueAddress, resolveQueueAddress } from './queue-address.ts';
import { queueActions, QueueProblem } from './queue-trial.ts';
import { tryRabbitmq } from './rabbitmq.ts';

const kinds = {
  rabbitmq: { run: tryRabbitmq, schemes: ['amqp:', 'amqps:'] },
  nats: { run: tryNats, schemes: ['nats:', 'tls:'] },
};

const Params = z
  .strictObject({
    type: z.enum(['rabbitmq', 'nats']).describe('What answers there; `nats` means JetStream.'),
    actions: z
      .array(z.enum(queueActions))
      .min(1)
      .default([...queueActions])
      .refine(
        (actions) => actions.every((action, index) => action === queueActions[index]),
        `in this order, from the first on: ${queueActions.join(', ')}`,
      )
      .describe('From the first on, without gaps: one cannot consume what was not published.'),
    connection: SecretReference.optional().describe(
      'Where the queue is, by reference: `amqp://user:password@host:port/vhost`, `nats://user:password@host:port`; with TLS `amqps://`, `tls://`.',
    ),
    ca_file: AbsolutePath.optional().describe(
      'With `amqps://` or `tls://`: a file with the certificate authorities (PEM) to trust, instead of the well-known ones.',
    ),
    host: Host.optional().describe('Without `connection`. Default: the host of the instance.'),
    port: Port.optional().describe('Without `connection`. Default: the port of the instance, else 5672 or 4222.'),
  })
  .refine(({ connection, ca_file }) => ca_file === undefined || connection !== undefined, {
    path: ['ca_file'],
    message: 'needs a connection that begins with amqps:// or tls://',
  });

/** Spec 2.2. Leaves nothing behind: queue and message are the check's own. */
export const messageQueue = defineCheck({
  name: 'message_queue',
  summary: 'A message goes through a message queue: published, consumed, acknowledged',
  tier: 'deep',
  params: Params,
  failures: [
    ...connectionFailures,
    'the virtual host "…" does not exist, or this user may not use it',
    'the broker blocks publishers: …',
    'the broker could not route the message to its queue',
    'the broker cancelled the consumer',
    'another message came out than went in',
    'the message came back although it was acknowledged',
    'JetStream is not enabled: nobody answers its requests',
    'the server did not confirm that it stored the message',
    'the message is still there although it was acknowledged',
    'what answers is no NATS server',
  ],
  example: `name: shop-queue
type: message_queue
service: shop
timeout: 2s
actions: [publish_test_message, consume_test_message, verify_ack]
params:
  type: rabbitmq
  connection: env:SHOP_QUEUE_URL`,
  async run(params, context) {
    const { facts, signal, outbound } = context;
    const kind = kinds[params.type];
    const address =
      params.connection === undefined
        ? openQueueAddress(instanceAddress(params, facts), outbound)
        : await resolveQueueAddress(
            { reference: params.connection, allowed: kind.schemes, caFile: params.ca_file },
            context,
          );
    const name = `${params.type} at ${address.name}`;
    const last = params.actions.at(-1) ?? 'verify_ack';
    const startedAt = performance.now();
    try {
      const { server } = await kind.run(address, last, signal);
      const latencyMs = Math.round(performance.now() - startedAt);
      const done = params.actions.join(', ');
      return { passed: true, detail: `${name}: ${done} in ${latencyMs} ms`, evidence: { server, latencyMs } };
    } catch (error) {
      if (signal.aborted || !(error instanceof QueueProblem)) throw error;
      return { passed: false, detail: `${name}: ${error.message}`, evidence: {} };
    }
  },
});
