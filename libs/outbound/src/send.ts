import { request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { OutboundPolicy } from '@cortex/contracts';
import { checkHeaders } from './http-headers.ts';
import type { HttpMethod, HttpRequest, HttpResponse } from './http-message.ts';
import { checkedUrl } from './http-url.ts';
import { OutboundRefusedError } from './outbound-refused-error.ts';
import { readBounded } from './read-bounded.ts';

export interface Way {
  readonly agent: Dispatcher;
  readonly policy: OutboundPolicy;
  readonly keepAlive: boolean;
  readonly userAgent: string;
  readonly expiryOf: (origin: string) => Date | undefined;
}

interface Hop {
  readonly url: URL;
  readonly method: HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Sends a request and follows as many redirects as it allows, each under the same rules. */
export async function sendWithRedirects(request: HttpRequest, way: Way): Promise<HttpResponse> {
  const headers = { 'user-agent': way.userAgent, ...lowerCased(request.headers ?? {}) };
  checkHeaders(request.headers ?? {});
  let hop: Hop = {
    url: checkedUrl(request.url, way.policy),
    method: request.method ?? 'GET',
    headers,
    body: request.body,
  };
  for (let followed = 0; ; followed += 1) {
    const response = await sendHop(hop, request, way);
    const location = response.headers['location'];
    const isRedirect = redirectStatuses.has(response.statusCode) && typeof location === 'string';
    if (!isRedirect || followed >= (request.maxRedirects ?? 0)) return await answerOf(hop, response, request, way);
    await response.body.dump({ limit: 16_384, signal: request.signal });
    hop = nextHop(hop, response.statusCode, location, way);
  }
}

function sendHop(hop: Hop, { signal }: HttpRequest, way: Way): Promise<Dispatcher.ResponseData> {
  signal.throwIfAborted();
  return send(hop.url, {
    dispatcher: way.agent,
    method: hop.method,
    headers: hop.headers,
    ...(hop.body === undefined ? {} : { body: hop.body }),
    signal,
    reset: !way.keepAlive,
  });
}

async function answerOf(
  hop: Hop,
  response: Dispatcher.ResponseData,
  { maxBodyBytes = 0 }: HttpRequest,
  way: Way,
): Promise<HttpResponse> {
  const certificateExpiresAt = way.expiryOf(hop.url.origin);
  const { text, isWhole } =
    maxBodyBytes === 0 ? { text: '', isWhole: false } : await readBounded(response.body, maxBodyBytes);
  // Without this, an unread body would keep its socket; the error that it raises is our own.
  if (!isWhole) response.body.on('error', () => undefined).destroy();
  return {
    url: hop.url.href,
    status: response.statusCode,
    headers: response.headers,
    body: text,
    isWhole,
    ...(certificateExpiresAt === undefined ? {} : { certificateExpiresAt }),
  };
}

function nextHop(hop: Hop, status: number, location: string, way: Way): Hop {
  if (!URL.canParse(location, hop.url.href)) throw new OutboundRefusedError('the redirect leads to no address');
  const url = checkedUrl(new URL(location, hop.url).href, way.policy);
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new OutboundRefusedError('the redirect leads from https to http');
  }
  const becomesGet = status === 303 || ((status === 301 || status === 302) && hop.method === 'POST');
  const method = becomesGet && hop.method !== 'HEAD' ? 'GET' : hop.method;
  const body = method === hop.method ? hop.body : undefined;
  if (url.origin === hop.url.origin) return { url, method, headers: hop.headers, body };
  // Headers and body were meant for the first server: they may contain secrets.
  if (body !== undefined) throw new OutboundRefusedError('the redirect would send the body to another server');
  return { url, method, headers: { 'user-agent': way.userAgent }, body };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
