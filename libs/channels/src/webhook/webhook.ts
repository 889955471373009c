import { HttpUrl } from '@cortex/outbound';
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { defineChannel } from '../define-channel.ts';
import type { Delivery, Page } from '../define-channel.ts';
import { headlineOf } from '../headline.ts';
import { postPage, SecretReference, TimeoutMs } from '../post-page.ts';

const params = z.strictObject({
  /** The receiver's address, or a reference to it where the address itself is a secret. */
  url: z.union([SecretReference, HttpUrl]),
  /** Signs every page; see `Cortex-Signature`. */
  secret: SecretReference.optional(),
  timeout_ms: TimeoutMs,
});

/**
 * Posts the page as JSON. With a secret, `Cortex-Signature: t=<unix seconds>,v1=<hex>` holds the HMAC-SHA256 of
 * `<t>.<body>`. `Cortex-Dedupe-Key` is the same for every retry.
 */
export const webhook = defineChannel({
  name: 'webhook',
  summary: 'Posts the page as signed JSON to an address of yours',
  params,
  async send({ url, secret, timeout_ms }, page, context): Promise<Delivery> {
    const body = JSON.stringify(payloadOf(page));
    const headers: Record<string, string> = { 'cortex-dedupe-key': page.dedupeKey };
    if (secret !== undefined) {
      headers['cortex-signature'] = sign(body, await context.secret(secret), Math.floor(Date.now() / 1_000));
    }
    return postPage({ url, body, headers, timeoutMs: timeout_ms }, context);
  },
});

/** The value of `Cortex-Signature`. */
export function sign(body: string, secret: string, unixSeconds: number): string {
  const digest = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${digest}`;
}

/** The page, with one `text` for receivers that show nothing else. */
function payloadOf(page: Page): Page & { readonly text: string } {
  const parts = [headlineOf(page), page.reason, page.details, page.link ?? ''];
  return { ...page, text: parts.filter((part) => part !== '').join('\n') };
}
