import { withDeadline } from '@cortex/deadline';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { DeniedAddressError, guardedLookup, isDeniedAddress } from './address-guard.ts';
import type { ChannelContext, Delivery } from './define-channel.ts';
import { isSecretReference } from './resolve-secret.ts';

/** Points at a secret: `env:NAME` or `file:/path`. */
export const SecretReference = z
  .string()
  .refine(isSecretReference, 'a reference: env:NAME or file:/path, never the secret itself');

export const HttpUrl = z.url({ protocol: /^https?$/ }).refine((url) => {
  if (!URL.canParse(url)) return false;
  const { hostname, username, password } = new URL(url);
  return !isDeniedAddress(hostname) && username === '' && password === '';
}, 'an http or https address without user and password, and not a link-local or metadata one');

export const TimeoutMs = z.number().int().min(100).max(10_000).default(8_000);

export interface PagePost {
  /** The address, or a reference to it. */
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * Posts JSON to an address of the user's. Redirects are not followed, denied addresses are refused whatever name hides
 * them. 2xx is delivered; 5xx, 408, 429 and anything that breaks on the way may be tried again, not before
 * `Retry-After`; the rest is final. Shows the host alone: the path may be a secret.
 */
export async function postPage(post: PagePost, context: ChannelContext): Promise<Delivery> {
  const url = HttpUrl.safeParse(isSecretReference(post.url) ? await context.secret(post.url) : post.url);
  if (!url.success) return { delivered: false, detail: `the address behind ${post.url} is not allowed` };
  const agent = new Agent({ connect: { lookup: guardedLookup }, pipelining: 0 });
  const { host } = new URL(url.data);
  try {
    return await withDeadline(post.timeoutMs, context.signal, async (signal) => {
      const response = await request(url.data, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'cortex-escalator', ...post.headers },
        body: post.body,
        signal,
        dispatcher: agent,
      });
      await response.body.dump({ limit: 64 * 1_024, signal }).catch(() => undefined);
      return deliveryOf(host, response.statusCode, response.headers['retry-after']);
    });
  } catch (error) {
    return failure(error, host);
  } finally {
    agent.destroy().catch(() => undefined);
  }
}

function deliveryOf(host: string, status: number, retryAfter: string | string[] | undefined): Delivery {
  const detail = `${host} answered ${status}`;
  const evidence = { status };
  if (status >= 200 && status < 300) return { delivered: true, detail, evidence };
  if (status < 500 && status !== 408 && status !== 429) return { delivered: false, detail, evidence };
  const retryAfterMs = parseRetryAfter(retryAfter, Date.now());
  return {
    delivered: false,
    retryable: true,
    detail,
    evidence,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** `Retry-After` in milliseconds: seconds or an HTTP date. */
export function parseRetryAfter(value: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function failure(error: unknown, host: string): Delivery {
  if (error instanceof DeniedAddressError) return { delivered: false, detail: error.message };
  const known = error instanceof Error ? error : new Error(String(error));
  const timedOut = known.name === 'TimeoutError' || known.name === 'AbortError';
  const code = 'code' in known && typeof known.code === 'string' ? known.code : known.name;
  return { delivered: false, retryable: true, detail: `${host}: ${timedOut ? 'no answer in time' : code}` };
}
