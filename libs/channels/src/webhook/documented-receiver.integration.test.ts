import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Situation } from '@cortex/contracts';
import { resolveSecret } from '@cortex/secrets';
import { startHttpReceiver } from '@cortex/testing';
import type { HttpReceiver } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../define-channel.ts';
import { sign, webhook } from './webhook.ts';

type IsFromCortex = (signature: string | undefined, body: string | Buffer, secret: string) => boolean;

const page: Page = {
  kind: 'update',
  escalationId: 'e1',
  incidentId: '018f0000-0000-7000-8000-000000000001',
  dedupeKey: 'e1.0.1.ann.0-webhook',
  level: 1,
  contact: 'änn',
  service: 'shop',
  severity: 'SEV1',
  title: 'shop is down ☠',
  reason: 'approval needed for restart',
  details: 'all of it',
  situation: { since: '2026-03-01T00:00:00.000Z', wrong: ['3 of 3 shallow checks fail'], tried: [] },
  insteadOf: { contact: 'bob', detail: 'given up: 404' },
  urgent: true,
  at: '2026-03-01T00:00:01.000Z',
  link: 'https://cortex.example.org/#/incidents/1',
};

let folder: string;
let receiver: HttpReceiver;
let documentation: string;
let isFromCortex: IsFromCortex;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-verifier-'));
  receiver = await startHttpReceiver();
  documentation = await readFile(fileURLToPath(new URL('../../../../docs/pages.md', import.meta.url)), 'utf8');
  const module = join(folder, 'verifier.mjs');
  await writeFile(module, /```js\n([\s\S]*?)```/.exec(documentation)?.[1] ?? '');
  ({ isFromCortex } = (await import(pathToFileURL(module).href)) as { isFromCortex: IsFromCortex });
  await writeFile(join(folder, 'secret'), 'hunter2');
  const params = webhook.params.parse({ url: receiver.url, secret: `file:${folder}/secret` });
  const context = { signal: new AbortController().signal, log: () => undefined, secret: resolveSecret };
  await webhook.send(params, page, context);
});
afterAll(async () => {
  await receiver.stop();
  await rm(folder, { recursive: true });
});

const request = () => {
  const [first] = receiver.requests;
  return { signature: String(first?.headers['cortex-signature']), body: first?.body ?? '' };
};

describe('the verifier of docs/pages.md', () => {
  it('takes a real request, and none that was changed, signed otherwise or not at all', () => {
    const { signature, body } = request();
    expect(isFromCortex(signature, body, 'hunter2')).toBe(true);
    expect(isFromCortex(signature, Buffer.from(body), 'hunter2')).toBe(true);
    expect(isFromCortex(signature, body.replace('SEV1', 'SEV3'), 'hunter2')).toBe(false);
    expect(isFromCortex(signature, body, 'another')).toBe(false);
    expect(isFromCortex(signature.replace(/t=\d/, 't=9'), body, 'hunter2')).toBe(false);
    expect(isFromCortex(undefined, body, 'hunter2')).toBe(false);
    expect(isFromCortex('t=1,v1=', body, 'hunter2')).toBe(false);
  });

  it('takes no request that is older than five minutes', () => {
    const { body } = request();
    const now = Math.floor(Date.now() / 1_000);
    expect(isFromCortex(sign(body, 'hunter2', now - 240), body, 'hunter2')).toBe(true);
    expect(isFromCortex(sign(body, 'hunter2', now - 400), body, 'hunter2')).toBe(false);
  });
});

it('documents every key that a page has, and no other', () => {
  const [, keys = '', ofSituation = ''] = documentation.split(/^\| key/m);
  const named = (table: string): string[] => [...table.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key ?? '').sort();
  expect(named(keys)).toEqual(Object.keys(JSON.parse(request().body)).sort());
  expect(named(ofSituation)).toEqual(Object.keys(Situation.shape).sort());
});
