import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import type { CollectedSample } from '../sample.ts';
import { OtlpError } from './otlp-error.ts';
import { MetricsRequest } from './request.ts';
import { toSamples } from './to-samples.ts';

export interface OtlpServerOptions {
  /** Takes samples in, all or none. */
  readonly offer: (samples: readonly CollectedSample[]) => boolean;
  readonly isFull: () => boolean;
  readonly onReceived: (counts: { readonly samples: number; readonly rejected: number }) => void;
  readonly nowMs: () => number;
}

/** The largest body, as sent and as unpacked. */
export const maxBodyBytes = 4 * 1024 * 1024;
const retryAfterSeconds = 1;

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** OTLP/HTTP with JSON bodies: `POST /v1/metrics`. */
export function createOtlpServer(options: OtlpServerOptions): FastifyInstance {
  const server = fastify({ bodyLimit: maxBodyBytes, requestTimeout: 30_000, logger: false });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error, _request, reply) => sendError(reply, error));
  server.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      new OtlpError(404, `${request.method} ${request.url} is not served here; metrics go to POST /v1/metrics`),
    ),
  );
  server.post('/v1/metrics', async (request, reply) => {
    if (options.isFull()) throw tooMuch();
    const parsed = MetricsRequest.safeParse(parseJson(await readBody(request)));
    if (!parsed.success)
      throw new OtlpError(400, `not an OTLP metrics request: ${z.prettifyError(parsed.error).slice(0, 1_000)}`);
    const { samples, rejections } = toSamples(parsed.data, options.nowMs());
    if (!options.offer(samples)) throw tooMuch();
    options.onReceived({ samples: samples.length, rejected: rejections.points });
    // On full success `partialSuccess` must be left unset. 64-bit integers are text in protobuf's JSON.
    if (rejections.points === 0) return reply.send({});
    return reply.send({
      partialSuccess: { rejectedDataPoints: String(rejections.points), errorMessage: rejections.message },
    });
  });
  return server;
}

function tooMuch(): OtlpError {
  return new OtlpError(503, 'too much telemetry awaits publication; send it again later', retryAfterSeconds);
}

async function readBody(request: FastifyRequest): Promise<Buffer> {
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) throw new OtlpError(400, 'the body is empty');
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new OtlpError(415, `content-encoding ${encoding} is not read; send gzip or none`);
  try {
    return await unpack(body, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new OtlpError(413, `the body unpacks to more than ${maxBodyBytes} bytes`);
    throw new OtlpError(400, 'the body is no valid gzip');
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new OtlpError(400, `the body is no valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Errors are told as OTLP wants them: a `Status` with a message. */
async function sendError(reply: FastifyReply, error: unknown): Promise<void> {
  const { status, message, retryAfterSeconds: retryAfter } = toOtlpError(error);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  await reply.status(status).send({ message });
}

function toOtlpError(error: unknown): OtlpError {
  if (error instanceof OtlpError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new OtlpError(413, `the body is larger than ${maxBodyBytes} bytes`);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new OtlpError(415, 'only application/json is read; set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json');
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new OtlpError(status, (error as Error).message);
  if (error instanceof RangeError) return new OtlpError(400, 'the body is nested too deeply');
  return new OtlpError(500, 'the collector failed on this request');
}
