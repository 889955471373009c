import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page as it arrived. */
export interface ReceivedPage {
  readonly at: Date;
  /** The incident that it is about, if it names one. */
  readonly incidentId: string | undefined;
  readonly isSigned: boolean;
}

/** The on-call engineer's phone: a local HTTP server that takes pages and checks their signature. */
export interface PageReceiver {
  readonly port: number;
  readonly pages: readonly ReceivedPage[];
  useSecret(secret: string): void;
  stop(): void;
}

export function startPageReceiver(): Promise<PageReceiver> {
  const pages: ReceivedPage[] = [];
  let secret = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      pages.push({
        at: new Date(),
        incidentId: incidentIn(text),
        isSigned: isSigned(text, String(request.headers['cortex-signature'] ?? ''), secret),
      });
      response.writeHead(202).end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        pages,
        useSecret: (value) => {
          secret = value;
        },
        stop: () => {
          server.closeAllConnections();
          server.close();
        },
      }),
    );
  });
}

function incidentIn(text: string): string | undefined {
  try {
    const page: unknown = JSON.parse(text);
    if (typeof page !== 'object' || page === null || !('incidentId' in page)) return undefined;
    return typeof page.incidentId === 'string' ? page.incidentId : undefined;
  } catch {
    return undefined;
  }
}

/** `Cortex-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`. */
function isSigned(body: string, header: string, secret: string): boolean {
  const time = /(?:^|,)t=(\d+)/.exec(header)?.[1];
  const given = /(?:^|,)v1=([0-9a-f]{64})/.exec(header)?.[1];
  if (time === undefined || given === undefined) return false;
  const wanted = createHmac('sha256', secret).update(`${time}.${body}`).digest();
  return timingSafeEqual(wanted, Buffer.from(given, 'hex'));
}
