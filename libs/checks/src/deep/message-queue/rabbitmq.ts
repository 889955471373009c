import { randomUUID } from 'node:crypto';
import { guardedTarget, OutboundRefusedError } from '@cortex/outbound';
import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { causeOf } from '../../cause-of.ts';
import type { QueueAddress } from './queue-address.ts';
import { includes, QueueProblem } from './queue-trial.ts';
import type { QueueTrial } from './queue-trial.ts';

/**
 * The queue is exclusive to the connection, so it is deleted with it, however this process ends; and it can never fill:
 * it holds a few messages at most, for a minute.
 */
const ownQueue = {
  exclusive: true,
  durable: false,
  maxLength: 8,
  messageTtl: 60_000,
  expires: 60_000,
};

export const tryRabbitmq: QueueTrial = async (address, last, signal) => {
  const connection = await open(address, signal);
  const failure = failureOf(connection);
  try {
    const channel = await Promise.race([connection.createConfirmChannel(), failure]);
    // The connection reports it too; an unhandled channel error would end the process.
    channel.on('error', () => undefined);
    await Promise.race([sendThrough(channel, last, signal), failure]);
    return { server: serverOf(connection) };
  } catch (error) {
    if (signal.aborted || error instanceof QueueProblem) throw error;
    throw new QueueProblem(causeOf(error));
  } finally {
    await close(connection, signal);
  }
};

async function open(address: QueueAddress, signal: AbortSignal): Promise<ChannelModel> {
  signal.throwIfAborted();
  const credentials = address.user === undefined ? {} : { username: address.user, password: address.password ?? '' };
  const port = address.port ?? (address.isTls ? 5671 : 5672);
  const { lookup } = guardedTarget(address.host, port, address.outbound);
  const where = {
    protocol: address.isTls ? 'amqps' : 'amqp',
    hostname: address.host,
    port,
    vhost: address.path === '' ? '/' : address.path,
    heartbeat: 0,
    ...credentials,
  };
  // Net's own signal option: it destroys the socket in any state.
  const { ca } = address;
  const socket = { signal, lookup, ca, noDelay: true, clientProperties: { connection_name: 'cortex health check' } };
  try {
    const connection = await connect(where, socket);
    connection.on('error', () => undefined);
    return connection;
  } catch (error) {
    if (signal.aborted || error instanceof OutboundRefusedError) throw error;
    throw new QueueProblem(refusalOf(error, where.vhost));
  }
}

/** The driver hides the reason when a broker refuses the virtual host. */
function refusalOf(error: unknown, virtualHost: string): string {
  const cause = causeOf(error);
  if (!cause.startsWith('Expected ConnectionOpenOk; got <ConnectionClose')) return cause;
  return `the virtual host "${virtualHost}" does not exist, or this user may not use it`;
}

/** Never resolves; rejects when the broker refuses messages, or the connection is lost. */
function failureOf(connection: ChannelModel): Promise<never> {
  const failure = new Promise<never>((_resolve, reject) => {
    connection.on('blocked', (reason: string) => {
      reject(new QueueProblem(`the broker blocks publishers: ${reason}`));
    });
    connection.on('close', (error?: Error) => {
      reject(new QueueProblem(error === undefined ? 'the connection closed' : causeOf(error)));
    });
  });
  failure.catch(() => undefined);
  return failure;
}

async function sendThrough(
  channel: ConfirmChannel,
  last: Parameters<QueueTrial>[1],
  signal: AbortSignal,
): Promise<void> {
  const { queue } = await channel.assertQueue('', ownQueue);
  const text = randomUUID();
  const returned = new Promise<never>((_resolve, reject) => {
    channel.once('return', () => reject(new QueueProblem('the broker could not route the message to its queue')));
  });
  returned.catch(() => undefined);
  channel.sendToQueue(queue, Buffer.from(text), { mandatory: true });
  await Promise.race([channel.waitForConfirms(), returned]);
  if (!includes(last, 'consume_test_message')) return;
  await consume(channel, { queue, text, signal });
  if (includes(last, 'verify_ack')) await verifyAck(channel, queue);
}

/** Takes the message and acknowledges it. */
async function consume(
  channel: Channel,
  { queue, text, signal }: { readonly queue: string; readonly text: string; readonly signal: AbortSignal },
): Promise<void> {
  const consumerTag = `cortex-${text}`;
  const seen = await new Promise<string>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const take: Parameters<Channel['consume']>[1] = (message) => {
      if (message === null) {
        reject(new QueueProblem('the broker cancelled the consumer'));
        return;
      }
      channel.ack(message);
      resolve(message.content.toString());
    };
    channel.consume(queue, take, { consumerTag, exclusive: true }).catch(reject);
  });
  if (seen !== text) throw new QueueProblem('another message came out than went in');
  await channel.cancel(consumerTag);
}

/** Unacknowledged messages come back to the queue on recover; so an empty queue proves the acknowledgement. */
async function verifyAck(channel: Channel, queue: string): Promise<void> {
  await channel.recover();
  const { messageCount } = await channel.checkQueue(queue);
  if (messageCount > 0) throw new QueueProblem('the message came back although it was acknowledged');
}

function serverOf(connection: ChannelModel): string {
  const { product = 'amqp', version = '' } = connection.connection.serverProperties;
  return `${product} ${version}`.trim().slice(0, 100);
}

async function close(connection: ChannelModel, signal: AbortSignal): Promise<void> {
  // At the timeout the signal destroys the socket, which ends this too.
  await Promise.race([
    connection.close().catch(() => undefined),
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  ]);
}
