import { messageOf } from '@cortex/errors';
import type { FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { RequestError } from './request-error.ts';

/** The largest body, both compressed and decompressed. */
export const maxBodyBytes = 4 * 1024 * 1024;

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** The body as it was sent. */
export function rawBody({ body }: FastifyRequest, { mayBeEmpty = false } = {}): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  if (mayBeEmpty) return Buffer.alloc(0);
  throw new RequestError(400, 'the body is empty');
}

/** The body, decompressed if it was sent with gzip. A protobuf message without fields is an empty body. */
export async function readBody(request: FastifyRequest, options?: { readonly mayBeEmpty: boolean }): Promise<Buffer> {
  const body = rawBody(request, options);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new RequestError(415, `content-encoding ${encoding} is not read; send gzip or none`);
  try {
    return await unpack(body, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new RequestError(413, `the body unpacks to more than ${maxBodyBytes} bytes`);
    throw new RequestError(400, 'the body is no valid gzip');
  }
}

/** The body as JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const reason = messageOf(error);
    throw new RequestError(400, `the body is no valid JSON: ${reason}`);
  }
}
