import type { FastifyPluginCallback, FastifyReply } from 'fastify';
import { z } from 'zod';
import { parseJson, readBody } from '../http/body.ts';
import { hand, refuseWhenFull, type Intake } from '../http/intake.ts';
import { RequestError } from '../http/request-error.ts';
import { toRequestError } from '../http/to-request-error.ts';
import { MetricsRequest } from './request.ts';
import { toSamples } from './to-samples.ts';

const mediaTypes = 'only application/json is read; set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json';

/** OTLP/HTTP with JSON bodies: `POST /v1/metrics`. */
export function otlpRoutes(intake: Intake): FastifyPluginCallback {
  return (server, _options, done) => {
    server.setErrorHandler((error, _request, reply) => sendError(reply, error));
    server.post('/v1/metrics', async (request, reply) => {
      refuseWhenFull(intake);
      if (request.headers['content-type']?.startsWith('application/json') !== true) {
        throw new RequestError(415, mediaTypes);
      }
      const parsed = MetricsRequest.safeParse(parseJson(await readBody(request)));
      if (!parsed.success) {
        throw new RequestError(400, `not an OTLP metrics request: ${z.prettifyError(parsed.error).slice(0, 1_000)}`);
      }
      refuseWhenFull(intake);
      const { samples, rejections } = toSamples(parsed.data, intake.nowMs());
      hand(intake, samples);
      intake.onReceived('otlp', samples.length, rejections);
      // On full success `partialSuccess` must be left unset. 64-bit integers are text in protobuf's JSON.
      if (rejections.points === 0) return reply.send({});
      return reply.send({
        partialSuccess: { rejectedDataPoints: String(rejections.points), errorMessage: rejections.message },
      });
    });
    done();
  };
}

/** Errors are told as OTLP wants them: a `Status` with a message. */
async function sendError(reply: FastifyReply, error: unknown): Promise<void> {
  const { status, message, retryAfterSeconds } = toRequestError(error, mediaTypes);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  await reply.status(status).send({ message });
}
