import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { openNatsWire } from './nats-wire.ts';
import type { NatsWire } from './nats-wire.ts';
import { includes, QueueProblem } from './queue-trial.ts';
import type { QueueTrial } from './queue-trial.ts';

const stream = 'CORTEX_HEALTH_CHECK';
const subjectPrefix = 'cortex-health-check';
const nanosecondsPerSecond = 1_000_000_000;

/**
 * One stream in memory for all checks of a server. It can never fill: a message is removed when it is acknowledged, or
 * after a minute, and the newest replaces the oldest.
 */
const ownStream = {
  name: stream,
  description: 'Test messages of cortex health checks',
  subjects: [`${subjectPrefix}.*`],
  retention: 'workqueue',
  storage: 'memory',
  discard: 'old',
  max_msgs: 1_000,
  max_bytes: 1_048_576,
  max_age: 60 * nanosecondsPerSecond,
  num_replicas: 1,
};

const Answer = z.object({
  error: z.object({ description: z.string().max(500), err_code: z.number().optional() }).optional(),
  name: z.string().optional(),
  seq: z.number().optional(),
});
type Answer = z.output<typeof Answer>;

/** The server's code for a missing message. */
const noMessage = 10_037;

/** JetStream's API: https://docs.nats.io/reference/reference-protocols/nats_api_reference */
export const tryNats: QueueTrial = async (address, last, signal) => {
  const wire = await openNatsWire(address, signal);
  try {
    const text = randomUUID();
    const subject = `${subjectPrefix}.${text}`;
    await call(wire, `STREAM.CREATE.${stream}`, ownStream);
    const { seq } = await answerOf(wire, subject, text);
    if (seq === undefined) throw new QueueProblem('the server did not confirm that it stored the message');
    if (!includes(last, 'consume_test_message')) return { server: wire.server };
    await consume(wire, subject, { text, isToBeProved: includes(last, 'verify_ack') });
    return { server: wire.server };
  } finally {
    wire.close();
  }
};

/** Takes the message by a consumer of its own and acknowledges it; the server must confirm, and have removed it. */
async function consume(
  wire: NatsWire,
  subject: string,
  { text, isToBeProved }: { readonly text: string; readonly isToBeProved: boolean },
): Promise<void> {
  const config = {
    filter_subject: subject,
    ack_policy: 'explicit',
    deliver_policy: 'all',
    mem_storage: true,
    inactive_threshold: 30 * nanosecondsPerSecond,
  };
  const { name } = await call(wire, `CONSUMER.CREATE.${stream}`, { stream_name: stream, config });
  if (name === undefined) throw new QueueProblem('the server made no consumer');
  const message = await wire.request(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify({ batch: 1 }));
  if (message.body !== text) throw new QueueProblem('another message came out than went in');
  if (message.replyTo === undefined) throw new QueueProblem('the message cannot be acknowledged');
  await wire.request(message.replyTo, '+ACK');
  if (isToBeProved) {
    const left = await ask(wire, `STREAM.MSG.GET.${stream}`, { last_by_subj: subject });
    if (left.error?.err_code !== noMessage) {
      throw new QueueProblem('the message is still there although it was acknowledged');
    }
  }
  await call(wire, `CONSUMER.DELETE.${stream}.${name}`, {});
}

async function call(wire: NatsWire, operation: string, body: object): Promise<Answer> {
  const answer = await ask(wire, operation, body);
  if (answer.error === undefined) return answer;
  throw new QueueProblem(`${operation.split('.', 2).join('.')} was refused: ${answer.error.description}`);
}

function ask(wire: NatsWire, operation: string, body: object): Promise<Answer> {
  return answerOf(wire, `$JS.API.${operation}`, JSON.stringify(body));
}

async function answerOf(wire: NatsWire, subject: string, body: string): Promise<Answer> {
  const { body: text } = await wire.request(subject, body);
  try {
    return Answer.parse(JSON.parse(text));
  } catch {
    throw new QueueProblem('the server gave an answer that is not of JetStream');
  }
}
