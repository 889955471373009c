import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpReceiver } from '@cortex/testing';
import type { HttpReceiver } from '@cortex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, Page } from '../define-channel.ts';
import { resolveSecret } from '@cortex/secrets';
import { slackMessage, slackWebhook } from './slack-webhook.ts';

const page: Page = {
  kind: 'page',
  escalationId: 'e1',
  incidentId: '018f0000-0000-7000-8000-000000000001',
  dedupeKey: 'e1.0.1.ann.0-slack',
  level: 2,
  contact: 'ann',
  service: 'shop',
  severity: 'SEV1',
  title: 'shop is down',
  reason: 'remediation failed <!channel> & <http://evil|this>',
  details: 'restart_service: exit code 1',
  urgent: true,
  at: '2026-03-01T00:00:00.000Z',
  link: 'http://127.0.0.1:8080/incidents/1',
};

let folder: string;
let receiver: HttpReceiver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-slack-'));
  receiver = await startHttpReceiver();
});

afterEach(async () => {
  await receiver.stop();
  await rm(folder, { recursive: true });
});

async function send(settings: { readonly address?: string; readonly timeout_ms?: number } = {}): Promise<Delivery> {
  const { address = `${receiver.url}/services/T0/B0/canary`, ...rest } = settings;
  const file = join(folder, 'url');
  await writeFile(file, `${address}\n`);
  const params = slackWebhook.params.parse({ url: `file:${file}`, ...rest });
  const signal = new AbortController().signal;
  return slackWebhook.send(params, page, { signal, log: () => undefined, secret: resolveSecret });
}

describe('slack_webhook', () => {
  it('posts title, severity, reason, details and link as blocks', async () => {
    receiver.answer = (response) => response.writeHead(200).end('ok');
    expect(await send()).toMatchObject({ delivered: true, evidence: { status: 200 } });
    const [message] = receiver.requests;
    expect(message).toMatchObject({ path: '/services/T0/B0/canary', headers: { 'content-type': 'application/json' } });
    const body = JSON.parse(message?.body ?? '');
    expect(body).toEqual(slackMessage(page));
    expect(body.text).toContain('[SEV1] shop: shop is down');
    expect(body.blocks[0]).toMatchObject({ type: 'header', text: { text: expect.stringContaining('shop is down') } });
    const text = JSON.stringify(body.blocks);
    expect(text).toContain('*Severity*\\nSEV1');
    expect(text).toContain('restart_service: exit code 1');
    expect(text).toContain('<http://127.0.0.1:8080/incidents/1|Open the incident>');
  });

  it('says since when it is wrong, and tells an end from a call', () => {
    const situation = { since: '2026-02-28T23:00:00.000Z', wrong: [], tried: [] };
    expect(JSON.stringify(slackMessage({ ...page, situation }))).toContain('*Since*\\n2026-02-28T23:00:00.000Z');
    const { text } = slackMessage({ ...page, kind: 'resolved', urgent: false });
    expect(text).toBe('✅ Resolved: [SEV1] shop: shop is down');
  });

  it('lets nothing in the page call people or make links', () => {
    const text = JSON.stringify(slackMessage(page));
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;http://evil|this&gt;');
    expect(text).not.toContain('<!channel>');
  });

  it('keeps to the lengths that Slack takes', () => {
    const long = { ...page, title: '☠️'.repeat(400), reason: '<'.repeat(5_000), details: '\u{1f525}'.repeat(5_000) };
    const { blocks } = slackMessage(long);
    const texts = blocks.flatMap((block) =>
      [...JSON.stringify(block).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(
        (match) => JSON.parse(`"${match[1]}"`) as string,
      ),
    );
    expect(texts[0]?.length).toBeLessThanOrEqual(150);
    for (const text of texts) {
      expect(text.length).toBeLessThanOrEqual(3_000);
      expect(text).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|&(?:l|lt|)…/);
    }
  });

  it.each([429, 500, 503])('may be tried again after %i, and not before Retry-After', async (status) => {
    receiver.answer = (response) => response.writeHead(status, { 'retry-after': '30' }).end('slow down');
    expect(await send()).toMatchObject({
      delivered: false,
      retryable: true,
      retryAfterMs: 30_000,
      evidence: { status },
    });
  });

  it.each([400, 403, 404, 410])('is final after %i', async (status) => {
    receiver.answer = (response) => response.writeHead(status).end('no_service');
    const delivery = await send();
    expect(delivery).toMatchObject({ delivered: false, evidence: { status } });
    expect(delivery.retryable).toBeUndefined();
  });

  it('never shows the address, also when nobody answers or listens', async () => {
    receiver.answer = () => undefined;
    const silent = await send({ timeout_ms: 150 });
    expect(silent).toMatchObject({ delivered: false, retryable: true, detail: expect.stringMatching(/in time$/) });
    await receiver.stop();
    const refused = await send();
    expect(refused).toMatchObject({ delivered: false, retryable: true });
    expect(JSON.stringify([silent, refused])).not.toContain('canary');
    receiver = await startHttpReceiver();
  });

  it('goes to no denied address', async () => {
    expect(await send({ address: 'http://169.254.169.254/services' })).toMatchObject({ delivered: false });
  });

  it.each(['https://hooks.slack.com/services/T0/B0/x', '', 'file:relative'])(
    'takes no %s in place of a reference',
    (url) => {
      expect(slackWebhook.params.safeParse({ url }).success).toBe(false);
    },
  );
});
