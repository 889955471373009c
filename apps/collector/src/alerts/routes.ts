import type { FastifyPluginCallback } from 'fastify';
import { parseJson, readBody } from '../http/body.ts';
import { RequestError } from '../http/request-error.ts';
import { toRequestError } from '../http/to-request-error.ts';
import type { AlertQueue } from './alert-queue.ts';
import { fromPosted, fromWebhook, type ReceivedAlert } from './payload.ts';

export interface AlertRoutesOptions {
  readonly queue: Pick<AlertQueue, 'take' | 'isFull' | 'refuse'>;
  /** False while events cannot be stored. */
  readonly isConnected: () => boolean;
  readonly onReceived: (source: 'alertmanager' | 'prometheus', alerts: number) => void;
  readonly nowMs: () => number;
}

const retryAfterSeconds = 1;

/**
 * Alertmanager's webhook (`POST /api/v1/alertmanager`), and the part of Alertmanager's API that Prometheus posts its
 * alerts to (`POST /api/v2/alerts`). An alert that is answered with 200 is stored; after 503 senders repeat the
 * request.
 */
export function alertRoutes({ queue, isConnected, onReceived, nowMs }: AlertRoutesOptions): FastifyPluginCallback {
  const refuseWhenBusy = (): void => {
    if (isConnected() && !queue.isFull) return;
    queue.refuse();
    throw new RequestError(503, 'alerts cannot be stored now; send them again later', retryAfterSeconds);
  };
  return (server, _options, done) => {
    server.setErrorHandler(async (error, _request, reply) => {
      const { status, message, retryAfterSeconds: retryAfter } = toRequestError(error, 'only application/json is read');
      if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
      await reply.status(status).send({ message });
    });
    server.addHook('onRequest', async () => refuseWhenBusy());
    const serve = (
      path: string,
      source: Parameters<typeof onReceived>[0],
      read: (json: unknown) => readonly ReceivedAlert[],
    ): void => {
      server.post(path, async (request, reply) => {
        const alerts = read(parseJson(await readBody(request)));
        refuseWhenBusy();
        await queue.take(alerts);
        onReceived(source, alerts.length);
        return reply.send({});
      });
    };
    serve('/api/v1/alertmanager', 'alertmanager', fromWebhook);
    serve('/api/v2/alerts', 'prometheus', (json) => fromPosted(json, nowMs()));
    done();
  };
}
