import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpReceiver } from '@cortex/testing';
import type { HttpReceiver } from '@cortex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, Page } from '../define-channel.ts';
import { resolveSecret } from '@cortex/secrets';
import { webhook } from './webhook.ts';

let receiver: HttpReceiver;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-channels-'));
  receiver = await startHttpReceiver();
});

afterEach(async () => {
  await receiver.stop();
  await rm(folder, { recursive: true });
});

const page: Page = {
  kind: 'page',
  escalationId: 'e1',
  incidentId: '018f0000-0000-7000-8000-000000000001',
  dedupeKey: 'e1.0.1.ann.0-webhook',
  level: 1,
  contact: 'änn',
  service: 'shop',
  severity: 'SEV1',
  title: 'shop is down ☠',
  reason: 'remediation failed',
  details: 'all of it',
  urgent: true,
  at: '2026-03-01T00:00:00.000Z',
};

function send(settings: Record<string, unknown> = {}): Promise<Delivery> {
  const params = webhook.params.parse({ url: `${receiver.url}/page?token=canary`, ...settings });
  return webhook.send(params, page, {
    signal: new AbortController().signal,
    log: () => undefined,
    secret: resolveSecret,
  });
}

describe('webhook', () => {
  it('posts the page with a signature that the receiver can check', async () => {
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, 'hunter2\n');
    expect(await send({ secret: `file:${secretFile}` })).toMatchObject({ delivered: true });
    const [message] = receiver.requests;
    const [, time, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(message?.headers['cortex-signature'])) ?? [];
    expect(digest).toBe(createHmac('sha256', 'hunter2').update(`${time}.${message?.body}`).digest('hex'));
    expect(Math.abs(Number(time) - Date.now() / 1_000)).toBeLessThan(60);
    expect(message?.headers['cortex-dedupe-key']).toBe(page.dedupeKey);
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ ...page, text: expect.stringContaining('shop is down ☠') });
  });

  it.each([500, 502, 503, 408, 429])('may be tried again after %i', async (status) => {
    receiver.answer = (response) => response.writeHead(status, { 'retry-after': '7' }).end('later');
    expect(await send()).toMatchObject({
      delivered: false,
      retryable: true,
      retryAfterMs: 7_000,
      evidence: { status },
    });
  });

  it.each([400, 401, 404, 410])('is final after %i', async (status) => {
    receiver.answer = (response) => response.writeHead(status).end();
    const delivery = await send();
    expect(delivery).toMatchObject({ delivered: false, evidence: { status } });
    expect(delivery.retryable).toBeUndefined();
  });

  it('follows no redirect', async () => {
    receiver.answer = (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    expect(await send()).toMatchObject({ delivered: false, evidence: { status: 302 } });
    expect(receiver.requests).toHaveLength(1);
  });

  it('gives up waiting after its timeout and says so without showing the address', async () => {
    receiver.answer = () => undefined;
    const delivery = await send({ timeout_ms: 150 });
    expect(delivery).toMatchObject({
      delivered: false,
      retryable: true,
      detail: expect.stringMatching(/no answer in time$/),
    });
    expect(JSON.stringify(delivery)).not.toContain('canary');
  });

  it('is not stuck on a receiver that never ends its answer', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(1_024)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await send({ timeout_ms: 5_000 })).toMatchObject({ delivered: true });
  });

  it('may be tried again when nobody listens', async () => {
    await receiver.stop();
    expect(await send()).toMatchObject({
      delivered: false,
      retryable: true,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('goes to no denied address that a name or a secret hides', async () => {
    const addressFile = join(folder, 'url');
    await writeFile(addressFile, 'http://169.254.169.254/latest');
    expect(await send({ url: `file:${addressFile}` })).toMatchObject({ delivered: false });
  });
});
