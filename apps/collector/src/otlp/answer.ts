import type { FastifyReply } from 'fastify';
import protobuf from 'protobufjs/minimal.js';
import type { RequestError } from '../http/request-error.ts';
import type { Rejections } from '../rejections.ts';

/** The encoding of a request, and so of its answer. */
export type Encoding = 'json' | 'protobuf';

export interface Result {
  /** The field of the answer for the number of rejected items. */
  readonly rejectedField: string;
  readonly rejections: Rejections;
}

/** Answers a request. On full success `partial_success` must be left unset. */
export async function sendResult(
  reply: FastifyReply,
  encoding: Encoding,
  { rejectedField, rejections: { points, message } }: Result,
): Promise<void> {
  if (encoding === 'json') {
    // 64-bit integers are text in protobuf's JSON.
    const partialSuccess = { [rejectedField]: String(points), errorMessage: message };
    await reply.send(points === 0 ? {} : { partialSuccess });
    return;
  }
  // The fields have the same numbers for every signal.
  const writer = new protobuf.Writer();
  if (points > 0) writer.uint32(10).fork().uint32(8).int64(points).uint32(18).string(message).ldelim();
  await sendProtobuf(reply, writer);
}

/** Answers with an error as OTLP requires: a `google.rpc.Status` with a message. */
export async function sendError(reply: FastifyReply, encoding: Encoding, error: RequestError): Promise<void> {
  const { status, message, retryAfterSeconds } = error;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  reply.status(status);
  if (encoding === 'json') await reply.send({ message });
  else await sendProtobuf(reply, new protobuf.Writer().uint32(8).int32(codeOf(status)).uint32(18).string(message));
}

async function sendProtobuf(reply: FastifyReply, writer: protobuf.Writer): Promise<void> {
  await reply.type('application/x-protobuf').send(Buffer.from(writer.finish()));
}

const invalidArgument = 3;
const internal = 13;
const unavailable = 14;

/** The code of `google.rpc.Code` for a status of HTTP. */
function codeOf(status: number): number {
  if (status === 503) return unavailable;
  return status >= 500 ? internal : invalidArgument;
}
