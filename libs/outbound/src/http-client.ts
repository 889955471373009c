import type { TLSSocket } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import { defaultOutboundPolicy } from './address-rules.ts';
import type { OutboundPolicy } from '@cortex/contracts';
import { guardedLookup } from './guarded-lookup.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { sendWithRedirects } from './send.ts';

export interface HttpClientOptions {
  /** Default: everything but what is always refused. */
  readonly policy?: OutboundPolicy;
  /** Connections to one server at once. Default 1. */
  readonly connections?: number;
  /**
   * Use a connection for several requests. Default false: a reused one would not show that the server accepts no new
   * ones.
   */
  readonly keepAlive?: boolean;
  /** Certificate authorities (PEM) instead of the well-known ones. */
  readonly ca?: string;
  readonly userAgent?: string;
}

/** The only way out over HTTP. Close it: it holds sockets. */
export interface HttpClient {
  /** Throws network errors, or `OutboundRefusedError`. Any status is an answer. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Aborts requests under way. */
  close(): Promise<void>;
}

/** A client that connects only to allowed addresses, and to the very address that was checked. */
export function openHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { policy = defaultOutboundPolicy, ca, keepAlive = false } = options;
  const expiries = new Map<string, Date>();
  const connectTo = buildConnector({
    timeout: 0,
    maxCachedSessions: 0,
    // Racing both address families would leave connection attempts behind.
    autoSelectFamily: true,
    lookup: guardedLookup(policy),
    ...(ca === undefined ? {} : { ca }),
  });
  const agent = new Agent({
    connections: options.connections ?? 1,
    pipelining: keepAlive ? 1 : 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(target, callback) {
      connectTo(target, (...result) => {
        const [error, socket] = result;
        if (error === null && target.protocol === 'https:') {
          const certificate = (socket as TLSSocket).getPeerX509Certificate();
          if (certificate !== undefined) expiries.set(originOf(target), new Date(certificate.validTo));
        }
        callback(...result);
      });
    },
  });
  return {
    send: (request) =>
      sendWithRedirects(request, {
        agent,
        policy,
        keepAlive,
        userAgent: options.userAgent ?? 'cortex',
        expiryOf: (origin) => expiries.get(origin),
      }),
    close: () => agent.destroy(),
  };
}

/** One request over a connection of its own. */
export async function sendOnce(request: HttpRequest, options: HttpClientOptions = {}): Promise<HttpResponse> {
  const client = openHttpClient(options);
  try {
    return await client.send(request);
  } finally {
    // Also aborts a body that was not wanted.
    await client.close();
  }
}

function originOf({ protocol, hostname, port }: buildConnector.Options): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}:${port}`).origin;
}
