import type { IncomingMessage, ServerResponse } from 'node:http';
import { Registry } from 'prom-client';

export interface Operations {
  /** Those that hold at this time. */
  readonly metrics: () => readonly Registry[];
  readonly isReady: () => boolean;
}

/**
 * `/healthz`: the process lives. `/readyz`: it can do its work. `/metrics`: Prometheus text. Returns whether the request
 * was one of these.
 */
export function answerOperations(operations: Operations, request: IncomingMessage, response: ServerResponse): boolean {
  switch (request.url?.split('?', 1)[0]) {
    case '/healthz':
      answer(response, 200, { status: 'alive' });
      return true;
    case '/readyz': {
      const ready = operations.isReady();
      answer(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not_ready' });
      return true;
    }
    case '/metrics':
      void Promise.all(operations.metrics().map((registry) => registry.metrics())).then(
        (texts) => response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(texts.join('\n')),
        (error: unknown) => answer(response, 500, { status: String(error) }),
      );
      return true;
    default:
      return false;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
