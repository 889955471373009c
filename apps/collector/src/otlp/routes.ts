import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseJson, readBody } from '../http/body.ts';
import { hand, refuseWhenFull, type Intake } from '../http/intake.ts';
import { RequestError } from '../http/request-error.ts';
import { toRequestError } from '../http/to-request-error.ts';
import { sendError, sendResult, type Encoding } from './answer.ts';
import { decodeMetricsRequest } from './decode.ts';
import { MetricsRequest } from './request.ts';
import { toSamples } from './to-samples.ts';

const mediaTypes =
  'only application/x-protobuf and application/json are read; set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf';

/** OTLP/HTTP, protobuf and JSON: `POST /v1/metrics`. */
export function otlpRoutes(intake: Intake): FastifyPluginCallback {
  return (server, _options, done) => {
    server.setErrorHandler((error, request, reply) =>
      sendError(reply, encodingOf(request), toRequestError(error, mediaTypes)),
    );
    // Before the body is read, so that what waits to be read does not grow either.
    server.addHook('onRequest', async () => refuseWhenFull(intake));
    server.post('/v1/metrics', async (request, reply) => {
      const encoding = encodingOf(request);
      const body = await readBody(request, { mayBeEmpty: encoding === 'protobuf' });
      const metrics = encoding === 'json' ? fromJson(body) : decodeMetricsRequest(body);
      const { samples, rejections } = toSamples(metrics, intake.nowMs());
      hand(intake, samples);
      intake.onReceived('otlp', samples.length, rejections);
      await sendResult(reply, encoding, rejections);
      return reply;
    });
    done();
  };
}

function encodingOf({ headers }: FastifyRequest): Encoding {
  return headers['content-type']?.startsWith('application/x-protobuf') === true ? 'protobuf' : 'json';
}

function fromJson(body: Buffer): MetricsRequest {
  const parsed = MetricsRequest.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new RequestError(400, `not an OTLP metrics request: ${z.prettifyError(parsed.error).slice(0, 1_000)}`);
}
