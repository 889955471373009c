import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { Rates } from '../counters/rates.ts';
import { Readings } from '../counters/readings.ts';
import { readBody } from '../http/body.ts';
import { hand, refuseWhenFull, type Intake } from '../http/intake.ts';
import { toRequestError } from '../http/to-request-error.ts';
import type { SignalWindows } from '../signals/signal-windows.ts';
import { sendError, sendResult, type Encoding } from './answer.ts';
import { decodeLogsRequest } from './logs/decode.ts';
import { LogsRequest } from './logs/request.ts';
import { toRecords } from './logs/to-records.ts';
import type { Buckets } from './metrics/buckets.ts';
import { decodeMetricsRequest } from './metrics/decode.ts';
import { MetricsRequest } from './metrics/request.ts';
import { toSamples } from './metrics/to-samples.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { decodeTracesRequest } from './traces/decode.ts';
import { TracesRequest } from './traces/request.ts';
import { toSpans } from './traces/to-spans.ts';

const mediaTypes =
  'only application/x-protobuf and application/json are read; set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf';

/** OTLP/HTTP, protobuf and JSON: `POST /v1/metrics`, `/v1/logs` and `/v1/traces`. */
export function otlpRoutes(
  intake: Intake,
  signalWindows: Pick<SignalWindows, 'takeRecords' | 'takeSpans'>,
): FastifyPluginCallback {
  return (server, _options, done) => {
    server.setErrorHandler((error, request, reply) =>
      sendError(reply, encodingOf(request), toRequestError(error, mediaTypes)),
    );
    // Before the body is read, so that unread bodies do not pile up either.
    server.addHook('onRequest', async () => refuseWhenFull(intake));
    for (const { path, rejectedField, take } of receiversFor(intake, signalWindows)) {
      server.post(path, async (request, reply) => {
        const encoding = encodingOf(request);
        const body = await readBody(request, { mayBeEmpty: encoding === 'protobuf' });
        await sendResult(reply, encoding, { rejectedField, rejections: take(body, encoding) });
        return reply;
      });
    }
    done();
  };
}

/** The number of histograms whose last point is remembered. */
const maxHistograms = 10_000;

function receiversFor(
  intake: Intake,
  signalWindows: Pick<SignalWindows, 'takeRecords' | 'takeSpans'>,
): readonly Receiver[] {
  const counters = { rates: new Rates(), histograms: new Readings<Buckets>(maxHistograms) };
  return [
    createReceiver({
      signal: 'metrics',
      rejectedField: 'rejectedDataPoints',
      schema: MetricsRequest,
      decode: decodeMetricsRequest,
      take(request) {
        // Checked again, because counters must not advance for a request that cannot be handed over: it will be repeated.
        refuseWhenFull(intake);
        const { samples, rejections } = toSamples(request, { ...counters, nowMs: intake.nowMs() });
        hand(intake, samples);
        intake.onReceived('otlp', samples.length, rejections);
        return rejections;
      },
    }),
    createReceiver({
      signal: 'logs',
      rejectedField: 'rejectedLogRecords',
      schema: LogsRequest,
      decode: decodeLogsRequest,
      take: (request) => signalWindows.takeRecords(toRecords(request)),
    }),
    createReceiver({
      signal: 'traces',
      rejectedField: 'rejectedSpans',
      schema: TracesRequest,
      decode: decodeTracesRequest,
      take: (request) => signalWindows.takeSpans(toSpans(request)),
    }),
  ];
}

function encodingOf({ headers }: FastifyRequest): Encoding {
  return headers['content-type']?.startsWith('application/x-protobuf') === true ? 'protobuf' : 'json';
}
