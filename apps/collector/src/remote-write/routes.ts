import type { CollectorSettings } from '@cortex/contracts';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { maxBodyBytes, rawBody } from '../http/body.ts';
import { hand, refuseWhenFull, type Intake } from '../http/intake.ts';
import { RequestError } from '../http/request-error.ts';
import { toRequestError } from '../http/to-request-error.ts';
import { Rates } from '../counters/rates.ts';
import { decodeWriteRequest } from './decode.ts';
import { LabelSets } from './label-sets.ts';
import { unpackSnappy } from './snappy.ts';
import { toSamples, type RemoteWriteContext } from './to-samples.ts';

const mediaTypes = 'only remote write 1.0 is read: application/x-protobuf, packed with snappy';

/**
 * Prometheus' remote write 1.0: `POST /api/v1/write`. Prometheus repeats a request that is answered with 503, and drops
 * one that is answered with 4xx. Of a request with series beyond the limits the rest is accepted, and the answer is
 * 400.
 */
export function remoteWriteRoutes(
  intake: Intake,
  settings: Pick<CollectorSettings, 'labels' | 'remoteWrite'>,
): FastifyPluginCallback {
  const rates = new Rates();
  const labelSets = new LabelSets();
  const known: RemoteWriteContext['known'] = new WeakMap();
  return (server, _options, done) => {
    server.setErrorHandler(async (error, _request, reply) => {
      const { status, message, retryAfterSeconds } = toRequestError(error, mediaTypes);
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
      await reply.status(status).type('text/plain').send(message);
    });
    // Before the body is read, so that unread bodies do not pile up either.
    server.addHook('onRequest', async () => refuseWhenFull(intake));
    server.post('/api/v1/write', async (request, reply) => {
      refuseOtherFormats(request);
      // Checked again, because counters must not advance for a request that cannot be handed over: it will be repeated.
      refuseWhenFull(intake);
      const series = decodeWriteRequest(unpackSnappy(rawBody(request), maxBodyBytes), labelSets);
      const { samples, rejections } = toSamples(series, { settings, rates, known, nowMs: intake.nowMs() });
      hand(intake, samples);
      intake.onReceived('remote_write', samples.length, rejections);
      if (rejections.byReason.has('beyond_limits')) throw new RequestError(400, rejections.message);
      return reply.status(204).send();
    });
    done();
  };
}

function refuseOtherFormats({ headers }: FastifyRequest): void {
  const isVersion1 = /^application\/x-protobuf\s*(?:;\s*proto=prometheus\.WriteRequest\s*)?$/i;
  if (!isVersion1.test(headers['content-type'] ?? '') || headers['content-encoding'] !== 'snappy') {
    throw new RequestError(415, mediaTypes);
  }
}
