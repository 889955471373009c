import { errorOf } from '@cortex/errors';
import { withDeadline } from '@cortex/runtime';
import { HttpUrl, OutboundRefusedError, sendOnce } from '@cortex/outbound';
import { isSecretReference } from '@cortex/secrets';
import { z } from 'zod';
import type { ChannelContext, Delivery } from './define-channel.ts';

/** A reference to a secret: `env:NAME` or `file:/path`. */
export const SecretReference = z
  .string()
  .refine(isSecretReference, 'a reference: env:NAME or file:/path, never the secret itself');

export const TimeoutMs = z.number().int().min(100).max(10_000).default(8_000);

export interface PagePost {
  /** The address, or a reference to it. */
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * Posts JSON to an address of the user's. Redirects are not followed; denied addresses are refused, whatever name hides
 * them. 2xx is delivered; 5xx, 408, 429 and network errors are retryable, not before `Retry-After`; the rest is final.
 * Shows the host alone: the path may be a secret.
 */
export async function postPage(post: PagePost, context: ChannelContext): Promise<Delivery> {
  const url = HttpUrl.safeParse(isSecretReference(post.url) ? await context.secret(post.url) : post.url);
  if (!url.success) return { delivered: false, detail: `the address behind ${post.url} is not allowed` };
  const { host } = new URL(url.data);
  try {
    const response = await withDeadline(post.timeoutMs, context.signal, (signal) =>
      sendOnce(
        {
          url: url.data,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...post.headers },
          body: post.body,
          signal,
        },
        { userAgent: 'cortex-escalator' },
      ),
    );
    return deliveryOf(host, response.status, response.headers['retry-after']);
  } catch (error) {
    return failure(error, host);
  }
}

function deliveryOf(host: string, status: number, retryAfter: string | readonly string[] | undefined): Delivery {
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
export function parseRetryAfter(value: string | readonly string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function failure(error: unknown, host: string): Delivery {
  if (error instanceof OutboundRefusedError) return { delivered: false, detail: error.message };
  const known = errorOf(error);
  const timedOut = known.name === 'TimeoutError' || known.name === 'AbortError';
  const code = 'code' in known && typeof known.code === 'string' ? known.code : known.name;
  return { delivered: false, retryable: true, detail: `${host}: ${timedOut ? 'no answer in time' : code}` };
}
