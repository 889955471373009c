import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOperations, type Operations } from './operations-routes.ts';

/** The service's HTTP server: alive from the first moment, the app's own answers once it has started. */
export interface HttpServer {
  listen(host: string, port: number): Promise<number>;
  /** Sets the listener for requests other than `/healthz`, `/readyz` and `/metrics`. Without one, they get 404. */
  serve(listener: RequestListener): void;
  /** From now on the app's own listener answers; until then 503. */
  open(): void;
  /** Until it is opened again, 503: the app is being changed for another. */
  shut(): void;
  close(): Promise<void>;
}

/**
 * Plain Node: most services have no routes of their own, and a web framework would cost each of them a tenth of a second
 * of processor time at its start.
 */
export function createHttpServer(operations: Operations): HttpServer {
  let isOpen = false;
  let listener: RequestListener = (_request, response) => void response.writeHead(404).end();
  const server = createServer((request, response) => {
    if (answerOperations(operations, request, response)) return;
    if (isOpen) listener(request, response);
    else answerStarting(response);
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    serve(next) {
      listener = next;
    },
    open() {
      isOpen = true;
    },
    shut() {
      isOpen = false;
    },
    async close() {
      isOpen = false;
      const closed = new Promise<void>((done) => (server.listening ? server.close(() => done()) : done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Programs get `Retry-After`; a browser, which shows the answer, reloads by itself. */
function answerStarting(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', refresh: '1' });
  response.end(JSON.stringify({ status: 'starting' }));
}
