import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notJson } from './error-handler.ts';
import { ApiProblem } from './problems.ts';

export interface SecuritySettings {
  /** `CORTEX_API_TOKEN`: if set, every route of the API requires `Authorization: Bearer`. */
  readonly token?: string;
  /** Host names beside addresses, `localhost` and single-word names that a browser may use when there is no token. */
  readonly trustedHosts: readonly string[];
  readonly now: () => Date;
}

const wrongTokensPerMinute = 20;

/** Headers for the page and the API: nothing inline, nothing from other origins, never framed. */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

export function installSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) void reply.header(name, value);
  });
}

/** Token, host and origin checks of the API, before a body is read. */
export function installApiGuards(app: FastifyInstance, settings: SecuritySettings): void {
  const limiter = wrongTokenLimiter(settings.now);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (settings.token === undefined) assertTrustedHost(request, settings.trustedHosts);
    else assertToken(request, settings.token, limiter);
    if (isMutation(request.method)) {
      assertSameOrigin(request);
      assertJson(request);
    }
  });
}

function isMutation(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

function assertToken(request: FastifyRequest, token: string, limiter: WrongTokenLimiter): void {
  if (limiter.isLocked(request.ip)) {
    throw new ApiProblem(
      'CORTEX_API_TOO_MANY_ATTEMPTS',
      'too many wrong tokens from this address',
      `more than ${wrongTokensPerMinute} within a minute`,
      'wait a minute, then use the token that the console was started with',
    );
  }
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given !== undefined && isSameSecret(given, token)) return;
  if (given !== undefined) limiter.recordWrong(request.ip);
  throw new ApiProblem(
    'CORTEX_API_UNAUTHORIZED',
    given === undefined ? 'no token was sent' : 'the token is wrong',
    'this console was started with CORTEX_API_TOKEN',
    'send the header Authorization: Bearer <token>; the command line reads CORTEX_API_TOKEN',
  );
}

/** Compares digests, so that the time taken reveals neither length nor content. */
function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * Without a token a page of another site could rebind its own name to this address and then be "same origin". Such a
 * name has a dot and is no address; those are refused unless they are trusted by configuration.
 */
function assertTrustedHost(request: FastifyRequest, trustedHosts: readonly string[]): void {
  const name = hostName(request.headers.host ?? '');
  if (name === undefined || isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost')) return;
  if (trustedHosts.includes(name)) return;
  throw new ApiProblem(
    'CORTEX_API_FORBIDDEN_HOST',
    `the console does not answer for "${name}"`,
    'without a token, any name could be pointed here by another site',
    'set CORTEX_API_TOKEN, or name this host in CORTEX_CONSOLE_HOSTS',
  );
}

function hostName(host: string): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(host)?.[1];
  const name = (bracketed ?? host.replace(/:\d+$/, '')).toLowerCase();
  return name === '' ? undefined : name;
}

function assertSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isForeign =
    (origin !== undefined && !isOriginOf(origin, host)) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (!isForeign) return;
  throw new ApiProblem(
    'CORTEX_API_FORBIDDEN_ORIGIN',
    `a page of ${origin ?? 'another site'} asked for a change`,
    'the origin of the page is not this console',
    'use the console’s own page, or the command line',
  );
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

function assertJson(request: FastifyRequest): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw notJson();
}

interface WrongTokenLimiter {
  isLocked(address: string): boolean;
  recordWrong(address: string): void;
}

/** Counts per address and minute; all counts are dropped each minute, so memory is bounded by one minute's traffic. */
function wrongTokenLimiter(now: () => Date): WrongTokenLimiter {
  let minute = 0;
  const counts = new Map<string, number>();
  function rotate(): void {
    const current = Math.floor(now().getTime() / 60_000);
    if (current !== minute || counts.size > 10_000) counts.clear();
    minute = current;
  }
  return {
    isLocked(address) {
      rotate();
      return (counts.get(address) ?? 0) >= wrongTokensPerMinute;
    },
    recordWrong(address) {
      rotate();
      counts.set(address, (counts.get(address) ?? 0) + 1);
    },
  };
}
