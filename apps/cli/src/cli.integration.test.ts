import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectBus, type Bus } from '@cortex/bus';
import {
  controlBucket,
  decisionStepNames,
  draft,
  escalationAcknowledged,
  gateNames,
  healthChecked,
  incidentBucket,
  incidentOpened,
  killSwitchKey,
  partitionDraft,
  telemetryMetrics,
  type CortexEvent,
  type Incident,
  type Silence,
  unfreezeBucket,
  targetKey,
  healthBucket,
} from '@cortex/contracts';
import { claimStackDir } from '@cortex/local-stack';
import {
  eventually,
  startHttpReceiver,
  startProcess,
  startProvisionedNats,
  temporaryFolder,
  type ProvisionedNats,
  type TestProcess,
} from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodes } from './core/exit-codes.ts';

const apps = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
const binary = join(folder.path, 'cli/main.js');
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let nats: ProvisionedNats;
let consoleProcess: TestProcess;
let bus: Bus;
let url: string;

const configuration = `
version: 1
environment: test
services:
  - name: shop
    instances: [{ id: shop-1, host: localhost }]
checks:
  - { name: closed-port, type: tcp_port, service: shop, host: 127.0.0.1, port: 1, retries: 0, interval: 1m }
`;

beforeAll(async () => {
  for (const app of ['cli', 'console']) {
    // Not into dist: others build and run there at the same time.
    const out = join(folder.path, app);
    await promisify(execFile)(process.execPath, ['../../tools/bundle.mjs', out], { cwd: join(apps, app) });
  }
  nats = await startProvisionedNats();
  const file = join(folder.path, 'cortex.yaml');
  writeFileSync(file, configuration);
  consoleProcess = startProcess([process.execPath, join(folder.path, 'console/main.js')], {
    env: {
      CORTEX_CONFIG: file,
      CORTEX_NATS_URL: nats.url,
      CORTEX_HTTP_PORT: '0',
      CORTEX_DATA_DIR: join(folder.path, 'data'),
    },
    cwd: folder.path,
  });
  const ready = JSON.parse(await consoleProcess.waitForLine('"ready"', 30_000)) as { port: number };
  url = `http://127.0.0.1:${ready.port}`;
  bus = await connectBus({ servers: nats.url, source: '/cortex/decision', name: 'test', logger: quiet });
}, 120_000);
afterAll(async () => {
  await consoleProcess?.stop();
  await bus?.drain(1_000);
  await nats?.stop();
  folder.remove();
});

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command in a process of its own, as a user does. */
function cortex(words: readonly string[], environment: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [binary, ...words], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'] ?? '', CORTEX_URL: url, CORTEX_BY: 'anna', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
    child.on('close', (code) => resolve({ code: code ?? -1, ...text }));
  });
}

const at = new Date(Date.now() - 60_000).toISOString();

function incident(id: string, changes: Partial<Incident> = {}): Incident {
  return {
    id: `01900000-0000-7000-8000-${id}0000`,
    service: 'shop',
    title: 'shop-1 is gone',
    status: 'open',
    severity: 'SEV2',
    initialSeverity: 'SEV2',
    cause: 'application',
    blastRadius: {
      level: 'single_instance',
      instances: 1,
      services: 1,
      hosts: 1,
      clusters: 0,
      regions: 0,
      riskScore: 5,
    },
    environment: 'test',
    startedAt: at,
    detectedAt: at,
    openedAt: at,
    updatedAt: at,
    signals: [],
    affected: { services: ['shop'], instances: ['shop-1'], hosts: ['localhost'] },
    attempts: [],
    decisions: [
      {
        id: 'd-1',
        at,
        causeId: 'c',
        causeType: 'health.changed',
        attempt: 0,
        outcome: 'hold',
        reason: 'the kill switch is on',
        steps: decisionStepNames.map((name, index) => ({
          step: index + 1,
          name,
          status: 'done',
          inputs: { looked_at: name },
          verdict: `verdict-${index + 1}`,
          reason: 'because',
        })),
        gates: gateNames.map((gate) => ({ gate, verdict: 'pass', reason: 'fine', inputs: {} })),
      },
    ],
    escalations: [],
    ...changes,
  };
}

async function put(record: Incident): Promise<void> {
  await (await bus.bucket(incidentBucket)).put(record.id, { incident: record, applied: [], memory: {} });
  await eventually(async () => (await fetch(`${url}/api/v1/incidents/${record.id}`)).ok);
}

/** Sends Ctrl-C after three lines. */
async function watched(words: readonly string[]): Promise<{ code: number | null; lines: readonly string[] }> {
  const child = spawn(process.execPath, [binary, ...words], { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await eventually(() => text.split('\n').length > 3);
  child.kill('SIGINT');
  return { code: await ended, lines: text.trim().split('\n') };
}

function failure(result: Result): { code: number; error: string } {
  expect(result.err).toMatch(/^CORTEX_[A-Z_]+: .+\n( {2}fix: .+\n)?$/s);
  return { code: result.code, error: result.err.split(':')[0] ?? '' };
}

describe('secrets and test pages', () => {
  const pages = (port: number): string => `version: 1
services: [{ name: shop, instances: [{ id: shop-1, host: localhost }] }]
console: { public_url: 'https://cortex.example.org' }
escalation:
  contacts:
    - name: ann
      channels:
        - { type: webhook, url: 'http://127.0.0.1:${port}/hook', secret: env:CORTEX_TEST_PAGE_SECRET, timeout_ms: 2000 }
        - { type: slack_webhook, url: 'file:${folder.path}/slack-url' }
`;

  test('a secret that is missing is named with its place: validate --resolve fails, and up starts nothing', async () => {
    const file = join(folder.path, 'pages.yaml');
    writeFileSync(file, pages(9));
    expect((await cortex(['validate', file])).code).toBe(0);
    const resolved = await cortex(['validate', file, '--resolve', '-o', 'json']);
    expect(resolved.code).toBe(1);
    const places = JSON.parse(resolved.out).problems.map(
      (problem: { line: number; path: string; message: string; fix: string }) =>
        [problem.line, problem.path, problem.message].join(' '),
    );
    expect(places).toEqual([
      '8 escalation.contacts[0].channels[0].secret the secret env:CORTEX_TEST_PAGE_SECRET cannot be read: the variable is not set',
      `9 escalation.contacts[0].channels[1].url the secret file:${folder.path}/slack-url cannot be read: the file cannot be read`,
    ]);
    writeFileSync(file, pages(9).replace('timeout_ms: 2000', 'timeout_ms: 2000, mood: fine'));
    const wrong = await cortex(['validate', file, '--resolve', '-o', 'json']);
    expect(
      JSON.parse(wrong.out).problems.map(({ line, code }: { line: number; code: string }) => [line, code]),
    ).toEqual([
      [8, 'CORTEX_CONFIG_SECRET_UNREADABLE'],
      [8, 'CORTEX_CONFIG_UNKNOWN_KEY'],
      [9, 'CORTEX_CONFIG_SECRET_UNREADABLE'],
    ]);
    writeFileSync(file, `${pages(9)}cheks: []\n`);
    const both = await cortex(['up', '--config', file, '--dir', join(folder.path, 'up')]);
    expect(both.code).not.toBe(0);
    expect(both.err).toContain('the secret env:CORTEX_TEST_PAGE_SECRET cannot be read');
    writeFileSync(file, pages(9));
    const up = await cortex(['up', '--config', file, '--dir', join(folder.path, 'up')]);
    expect(up.code).toBe(1);
    expect(up.err).toContain('nothing was started, because secrets are missing');
    expect(up.err).toContain('export CORTEX_TEST_PAGE_SECRET=');
  });

  test('test-page sends one signed page through each channel, and says which did not deliver', async () => {
    const receiver = await startHttpReceiver();
    const file = join(folder.path, 'pages.yaml');
    writeFileSync(file, pages(receiver.port));
    writeFileSync(join(folder.path, 'slack-url'), `${receiver.url}/slack/canary`);
    const environment = { CORTEX_TEST_PAGE_SECRET: 'hunter2' };
    try {
      const words = ['test-page', 'ann', '--config', file, '-o', 'json'];
      const sent = await cortex(words, environment);
      expect(JSON.parse(sent.out)).toMatchObject({
        contact: 'ann',
        delivered: true,
        channels: [
          { channel: 'webhook', delivered: true },
          { channel: 'slack_webhook', delivered: true },
        ],
      });
      expect(sent.code).toBe(0);
      const [hook, slack] = receiver.requests;
      expect(hook?.headers['cortex-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
      expect(JSON.parse(hook?.body ?? '')).toMatchObject({ kind: 'test', contact: 'ann' });
      expect(JSON.parse(slack?.body ?? '')).toMatchObject({ text: expect.stringContaining('Test:') });

      receiver.answer = (response, { path }) => response.writeHead(path === '/hook' ? 204 : 404).end();
      const failed = await cortex(words, environment);
      expect(failed.code).toBe(1);
      expect(JSON.parse(failed.out)).toMatchObject({
        delivered: false,
        channels: [{ delivered: true }, { delivered: false, detail: expect.stringContaining('404') }],
      });
      const silent = await cortex(words);
      expect(JSON.parse(silent.out).channels[0]).toMatchObject({
        delivered: false,
        detail: expect.stringContaining('env:CORTEX_TEST_PAGE_SECRET'),
      });
      expect(failed.out + silent.out + silent.err).not.toMatch(/canary|hunter2/);
      const unknown = await cortex(['test-page', 'nobody', '--config', file]);
      expect(unknown.code).toBe(4);
    } finally {
      await receiver.stop();
    }
  });
});

describe('showing', () => {
  test('a list is aligned for people and whole for programs', async () => {
    await put(incident('0190aaaa'));
    const asTable = await cortex(['get', 'incidents', '--status', 'active']);
    expect(asTable).toMatchObject({ code: 0, err: '' });
    expect(asTable.out).toMatch(/^ID {8}SEVERITY {2}STATUS {2}SERVICE/m);
    expect(asTable.out).toMatch(/^0190aaaa {2}SEV2 {6}open {4}shop .*shop-1 is gone$/m);
    const asJson = await cortex(['get', 'incidents', '-o', 'json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ total: 1, incidents: [{ title: 'shop-1 is gone' }] });
  });

  test.each([
    'incidents',
    'decisions',
    'approvals',
    'playbooks',
    'targets',
    'health',
    'executions',
    'anomalies',
    'kill-switch',
    'status',
  ])('get %s answers as table and as JSON', async (what) => {
    const asTable = await cortex(['get', what]);
    expect(asTable).toMatchObject({ code: 0, err: '' });
    expect(asTable.out).not.toBe('');
    const asJson = await cortex(['get', what, '-o', 'json']);
    expect(JSON.parse(asJson.out)).toBeTypeOf('object');
  });

  test('one incident is found by the start of its id', async () => {
    await put(incident('0190abcd'));
    const { out, code } = await cortex(['get', 'incidents', '0190abcd']);
    expect(code).toBe(0);
    expect(out).toContain('id            01900000-0000-7000-8000-0190abcd0000');
    const ambiguous = await cortex(['get', 'incidents', '0190a']);
    expect(failure(ambiguous)).toEqual({ code: exitCodes.refused.code, error: 'CORTEX_API_AMBIGUOUS_ID' });
    expect(ambiguous.err).toContain('0190aaaa shop: shop-1 is gone; 0190abcd shop: shop-1 is gone');
    expect(failure(await cortex(['get', 'incidents', 'ffff']))).toEqual({
      code: exitCodes.notFound.code,
      error: 'CORTEX_API_NOT_FOUND',
    });
    const asJson = await cortex(['get', 'incidents', 'ffff', '-o', 'json']);
    expect(JSON.parse(asJson.err)).toMatchObject({ error: { code: 'CORTEX_API_NOT_FOUND', fix: expect.any(String) } });
  });

  test('health is a tree by service and instance, with the last result of each check and those before', async () => {
    for (const [secondsAgo, result] of [
      [3, 'pass'],
      [2, 'fail'],
      [1, 'fail'],
    ] as const) {
      await bus.publish(
        draft(healthChecked, {
          service: 'shop',
          data: {
            check: 'closed-port',
            type: 'tcp_port',
            tier: 'shallow',
            target: { service: 'shop', instance: 'shop-1' },
            result,
            attempts: 1,
            durationMs: 5,
            detail: 'connection refused',
            evidence: {},
            observedAt: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
          },
        }),
      );
    }
    await eventually(async () => expect((await cortex(['get', 'health'])).out).toContain('1 failing'));
    const { out, code } = await cortex(['get', 'health', 'shop-1']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^1 failing\n\nshop\n {2}shop-1 {2}UNKNOWN\n.+\n {4}shallow\n {6}✗ closed-port +\ds ago +5ms {2}█✗✗\n {8}connection refused \(2 times in \ds\)\n$/,
    );
    const asJson = JSON.parse((await cortex(['get', 'health', 'shop', '-o', 'json'])).out);
    expect(asJson).toMatchObject({
      targets: [{ state: 'UNKNOWN' }],
      total: 1,
      checks: [{ state: 'failing', history: [{}, {}, {}] }],
    });
    expect((await cortex(['get', 'health', 'shop/shop-1'])).out).toMatch(/\n {2}shop-1 {2}.*✗ closed-port/s);
    expect((await cortex(['get', 'targets', 'shop/shop-1'])).out).toMatch(/^shop +shop-1 /m);
    expect((await cortex(['get', 'health', 'shop/shop-9'])).code).toBe(exitCodes.notFound.code);
    expect(failure(await cortex(['get', 'health', 'shop-9']))).toEqual({
      code: exitCodes.notFound.code,
      error: 'CORTEX_CLI_NOT_FOUND',
    });
  });

  test.each(['health', 'incidents', 'executions', 'approvals', 'status'])(
    '%s is watched until Ctrl-C: one answer a line for programs',
    async (what) => {
      const { code, lines } = await watched(['get', what, '--watch', '-o', 'json', '--url', url]);
      for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
      expect(code).toBe(0);
    },
  );

  test('a watched list shows what is new, and goes on over a console that does not answer for a while', async () => {
    await put(incident('0190aaaa'));
    let isAway = false;
    const proxy = createServer((request, response) => {
      if (isAway) return void request.socket.destroy();
      void fetch(`${url}${request.url}`).then(async (answer) => response.end(await answer.text()));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const words = ['get', 'incidents', '--watch', '--url', `http://127.0.0.1:${port}`];
    const child = spawn(process.execPath, [binary, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    try {
      await eventually(() => text.includes('SEVERITY'));
      await put(incident('0190fade'));
      await eventually(() => text.includes('0190fade'));
      isAway = true;
      await eventually(() => text.includes('CORTEX_CLI_UNREACHABLE'));
      isAway = false;
      await put(incident('0190cafe'));
      await eventually(() => expect(text).toContain('0190cafe'));
      // Into a pipe: the table once, then a line for what is new, with its time.
      expect(text.match(/SEVERITY/g)).toHaveLength(1);
      expect(text.match(/CORTEX_CLI_UNREACHABLE/g)).toHaveLength(1);
      expect(text.match(/0190fade/g)).toHaveLength(1);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}0190cafe {2}SEV2/m);
    } finally {
      child.kill('SIGINT');
      proxy.close();
    }
  });

  test('an explanation prints nine steps with inputs and verdicts, and the gates', async () => {
    await put(incident('0190bbbb'));
    const { out, code } = await cortex(['explain', '0190bbbb']);
    expect(code).toBe(0);
    for (const [index, name] of decisionStepNames.entries()) {
      expect(out).toContain(`${index + 1} ${name.replaceAll('_', ' ').padEnd(15)} verdict-${index + 1}: because`);
      expect(out).toContain(`looked_at = ${name}`);
    }
    for (const gate of gateNames) expect(out).toContain(`gate ${gate.replaceAll('_', ' ')}`);
    expect(JSON.parse((await cortex(['explain', '0190bbbb', '-o', 'json'])).out)).toMatchObject({
      incident: { service: 'shop' },
    });
  });

  test('events are followed live, and past ones are listed', async () => {
    const follower = spawn(
      process.execPath,
      [binary, 'events', '--follow', '--type', 'incident.*', '-o', 'json', '--url', url],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines: string[] = [];
    follower.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    const { decisions: _decisions, ...summary } = incident('0190cccc');
    await eventually(
      async () => {
        await bus.publish(
          draft(incidentOpened, { service: 'shop', incidentId: summary.id, data: { incident: summary } }),
        );
        return lines.length > 0;
      },
      { intervalMs: 200 },
    );
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'incident.opened', subject: 'shop' });
    const ended = new Promise((resolve) => follower.on('close', resolve));
    follower.kill('SIGINT');
    expect(await ended).toBe(0);
    const past = await cortex(['events', '--since', '5m', '--type', 'incident.opened', '--limit', '1']);
    expect(past.out).toMatch(/ {2}0190cccc {2}incident\.opened +shop +shop-1 is gone/);
    expect(failure(await cortex(['events', '--follow', '--type', 'incident.openned']))).toMatchObject({
      code: exitCodes.usage.code,
    });
  });
});

describe('steering', () => {
  test('the kill switch goes on and off with name and reason', async () => {
    const control = await bus.bucket(controlBucket);
    const on = await cortex(['kill-switch', 'on', '--reason', 'test', '--by', 'ben']);
    expect(on).toMatchObject({ code: 0, err: '' });
    expect(on.out).toMatch(/^ON: Cortex changes nothing \(ben, /);
    expect((await control.get(killSwitchKey))?.value).toMatchObject({ on: true, by: 'ben', reason: 'test' });
    expect((await cortex(['kill-switch'])).out).toMatch(/^ON/);
    expect((await cortex(['kill-switch', 'off', '--reason', 'over'])).out).toMatch(/^off \(anna, /);
    expect((await control.get(killSwitchKey))?.value).toMatchObject({ on: false, by: 'anna' });
  });

  test('a frozen target is let go, and what nobody knows is refused', async () => {
    const health = await bus.bucket(healthBucket);
    const target = { service: 'shop', instance: 'shop-1' };
    const before = await health.get(targetKey(target));
    const since = new Date().toISOString();
    await health.put(targetKey(target), { target, state: 'HEALTHY', since, flapping: true, memory: {} });
    await eventually(async () =>
      expect(await cortex(['unfreeze', 'shop/shop-1', '--reason', 'x'])).toMatchObject({
        code: 0,
        out: 'no longer frozen: shop/shop-1\n',
      }),
    );
    const record = { target, by: 'anna', reason: 'x' };
    expect((await (await bus.bucket(unfreezeBucket)).get(targetKey(target)))?.value).toMatchObject(record);
    if (before === undefined) await health.delete(targetKey(target));
    else await health.put(targetKey(target), before.value);
    expect(failure(await cortex(['unfreeze', 'shop/shop-9']))).toMatchObject({ error: 'CORTEX_API_NOT_FOUND' });
  });

  test('a silence is set, shown and ended; what nobody knows is refused', async () => {
    const set = await cortex(['silence', 'shop', '--instance', 'shop-1', '--for', '2h', '--reason', 'new disks']);
    expect(set).toMatchObject({ code: 0, err: '' });
    const [, id = ''] = /cortex unsilence ([0-9a-f]{12})$/.exec(set.out.trim()) ?? [];
    await eventually(async () =>
      expect((await cortex(['get', 'silences'])).out).toMatch(
        new RegExp(`^${id}  shop     shop-1    all    -          11\\dm     anna  new disks$`, 'm'),
      ),
    );
    await put(incident('0190feed', { acknowledgedBy: 'ben', acknowledgedAt: at }));
    const until = String.raw`until \d{4}-\d\d-\d\dT\d\d:\d\dZ`;
    expect((await cortex(['get', 'incidents'])).out).toMatch(
      new RegExp(`^0190feed .* ben +shop/shop-1 ${until}  shop-1 is gone$`, 'm'),
    );
    expect((await cortex(['get', 'incidents', '0190feed'])).out).toMatch(
      new RegExp(`^taken by +ben, at ${at}\nsilenced +shop/shop-1 ${until}$`, 'm'),
    );
    const status = (await cortex(['get', 'status'])).out;
    expect(status).toMatch(/^(taken)? +shop \(0190feed\) by ben$/m);
    expect(status).toMatch(new RegExp(`^silenced +shop/shop-1 ${until}, by anna: new disks$`, 'm'));
    const asJson = await cortex(['get', 'silences', '-o', 'json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ silences: [{ id, service: 'shop', by: 'anna' }], unreadable: [] });
    const ended = { code: 0, out: `silence ${id} was lifted by anna\n` };
    expect(await cortex(['unsilence', id])).toMatchObject(ended);
    expect(await cortex(['unsilence', id, '--by', 'ben'])).toMatchObject(ended);
    await eventually(async () => expect((await cortex(['get', 'silences'])).out).toBe('nothing is silenced\n'));
    const checked = await cortex(['silence', 'shop', '--check', 'closed-port', '--reason', 'x', '-o', 'json']);
    const { silence } = JSON.parse(checked.out) as { silence: Silence };
    const lengthMs = Date.parse(silence.endsAt) - Date.parse(silence.createdAt);
    expect(lengthMs > 3_000_000 && lengthMs <= 3_600_000).toBe(true);
    for (const words of [['shopp'], ['shop', '--check', 'port'], ['shop', '--instance', 'shop-9']]) {
      expect(failure(await cortex(['silence', ...words, '--reason', 'x']))).toEqual({
        code: exitCodes.notFound.code,
        error: 'CORTEX_API_NOT_FOUND',
      });
    }
    expect(failure(await cortex(['silence', '', '--reason', 'x']))).toMatchObject({ code: exitCodes.usage.code });
    expect(failure(await cortex(['silence', 'shop', '--for', '31d', '--reason', 'x']))).toEqual({
      code: exitCodes.usage.code,
      error: 'CORTEX_SILENCE_BAD_TIME',
    });
  });

  test('an incident is taken and closed', async () => {
    const acknowledged: CortexEvent<'escalation.acknowledged'>[] = [];
    await bus.read({ event: escalationAcknowledged, from: 'new', handle: (event) => void acknowledged.push(event) });
    await put(incident('0190dddd'));
    expect(await cortex(['ack', '0190dddd', '--comment', 'on it'])).toMatchObject({
      code: 0,
      out: 'acknowledged by anna\n',
    });
    await eventually(() => expect(acknowledged).toMatchObject([{ data: { by: 'anna', comment: 'on it' } }]));
    expect(await cortex(['close', '0190dddd', '--comment', 'solved'])).toMatchObject({
      code: 0,
      out: 'closing was asked by anna\n',
    });
  });

  test('a plan is approved by its incident’s id; twice is once, the other answer is refused', async () => {
    const approval = {
      approvalId: 'a-1',
      executionId: 'x-1',
      planHash: 'hash',
      playbookId: 'p',
      targets: [{ service: 'shop', instance: 'shop-1' }],
      reason: 'critical',
      requestedAt: at,
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      requiredApprovals: 1,
      grantedBy: [],
      status: 'pending' as const,
    };
    await put(incident('0190eeee', { status: 'awaiting_approval', approval }));
    await eventually(async () => (await cortex(['get', 'approvals'])).out.includes('a-1'));
    expect(await cortex(['approve', '0190eeee'])).toMatchObject({ code: 0, out: 'approved by anna\n' });
    expect(await cortex(['approve', 'a-1'])).toMatchObject({ code: 0, out: 'already approved by anna\n' });
    expect(failure(await cortex(['reject', 'a-1']))).toEqual({
      code: exitCodes.refused.code,
      error: 'CORTEX_APPROVAL_NOT_PENDING',
    });
    expect(failure(await cortex(['approve', 'a-9']))).toEqual({
      code: exitCodes.notFound.code,
      error: 'CORTEX_API_NOT_FOUND',
    });
  });
});

describe('telemetry', () => {
  test('the series that arrived are listed with labels, newest value and age, of all services or of one', async () => {
    const none = await cortex(['get', 'series']);
    expect(none).toMatchObject({ code: 0, out: expect.stringContaining('no series arrived') });
    const series = ['shop', 'auth'].map((service) => ({
      service,
      metric: 'disk_free_bytes',
      unit: 'By',
      labels: { mount: '/' },
      timesMs: [Date.now() - 5_000],
      values: [1_024],
    }));
    await bus.publish(partitionDraft(telemetryMetrics, { partition: 0, data: { partition: 0, series }, key: 'one' }));
    expect((await cortex(['get', 'series', 'nobody'])).out).toMatch(/^no series of nobody arrived/);
    const all = await cortex(['get', 'series']);
    expect(all.out).toMatch(/^SERVICE {2}INSTANCE {2}SERIES +VALUE +AGE {2}LABELS\nauth .*\nshop .*\n$/);
    expect(all.out).toMatch(/^shop {5}- {9}disk_free_bytes {2}1024 By {2}\d+s {3}mount=\/$/m);
    const ofShop = await cortex(['get', 'series', 'shop', '-o', 'json']);
    expect(JSON.parse(ofShop.out)).toMatchObject({ series: [{ service: 'shop', value: 1_024 }], total: 1 });
    expect((await cortex(['get', 'series', '--limit', '1'])).err).toContain('1 more: name a service, or say --limit');
  });
});

describe('without a console', () => {
  test('an unreachable one, and something that is no console, are told apart', async () => {
    expect(failure(await cortex(['get', 'status', '--url', 'http://127.0.0.1:1']))).toEqual({
      code: exitCodes.unreachable.code,
      error: 'CORTEX_CLI_UNREACHABLE',
    });
    expect(failure(await cortex(['get', 'status', '--url', `${url}/elsewhere`]))).toEqual({
      code: exitCodes.unreachable.code,
      error: 'CORTEX_CLI_NOT_A_CONSOLE',
    });
  });

  test('an answer is held against its schema: more than it says is no harm, less names the field', async () => {
    const target = {
      target: { service: 'shop', instance: 'shop-1', zone: 'north' },
      critical: false,
      remediate: true,
      state: 'HEALTHY',
      flapping: false,
      reason: '',
      dependenciesDown: [],
      failing: [],
      mood: 'fine',
    };
    let answer: object = { targets: [target], page: 1 };
    const server = createServer((_request, response) => response.end(JSON.stringify(answer)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const other = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    try {
      const newer = await cortex(['get', 'targets', '--url', other]);
      expect(newer).toMatchObject({ code: 0, err: '' });
      expect(newer.out).toContain('shop-1    HEALTHY');
      answer = { targets: [{ ...target, state: 'GREAT' }] };
      const wrong = await cortex(['get', 'targets', '--url', other]);
      expect(failure(wrong)).toEqual({ code: exitCodes.failed.code, error: 'CORTEX_CLI_UNEXPECTED_ANSWER' });
      expect(wrong.err).toContain('GET /health/targets');
      expect(wrong.err).toContain('targets.0.state: ');
    } finally {
      server.close();
    }
  });

  test('the address that a running stack wrote down is found', async () => {
    const claim = await claimStackDir(join(folder.path, '.cortex'));
    claim.note({ consoleUrl: url, natsUrl: nats.url });
    expect(await cortex(['get', 'status'], { CORTEX_URL: '' })).toMatchObject({ code: 0, err: '' });
    expect((await cortex(['provision'])).out).toMatch(/^created +nothing$/m);
    claim.release();
  });

  test('provisioning is repeated without harm, and says when NATS is away', async () => {
    const report = await cortex(['provision', '--nats', nats.url]);
    expect(report).toMatchObject({ code: 0, err: '' });
    expect(report.out).toMatch(/^created +nothing$/m);
    expect(failure(await cortex(['provision', '--nats', 'nats://127.0.0.1:1']))).toEqual({
      code: exitCodes.unreachable.code,
      error: 'CORTEX_CLI_NATS_UNREACHABLE',
    });
  });

  test('a configuration is checked with file, line and column', async () => {
    expect(await cortex(['validate'])).toMatchObject({ code: 0, err: '' });
    writeFileSync(
      join(folder.path, 'wrong.yaml'),
      configuration.replace('tcp_port', 'tcp_prot').replace('environment', 'enviroment'),
    );
    const wrong = await cortex(['validate', 'wrong.yaml']);
    expect(wrong.code).toBe(exitCodes.failed.code);
    expect(wrong.out).toMatch(/wrong\.yaml:3:1 {2}CORTEX_CONFIG_/);
    expect(wrong.out).toContain('fix: ');
    const asJson = await cortex(['validate', 'wrong.yaml', '-o', 'json']);
    expect(JSON.parse(asJson.out)).toMatchObject({
      ok: false,
      problems: [{ line: 3, column: 1 }, { code: 'CORTEX_CONFIG_UNKNOWN_CHECK' }],
    });
    expect(failure(await cortex(['validate', 'absent.yaml']))).toEqual({
      code: exitCodes.notFound.code,
      error: 'CORTEX_CLI_NOT_FOUND',
    });
  });

  test('a check is run for real, and a failing one is a negative answer', async () => {
    const result = await cortex(['check', 'run', 'shop-1']);
    expect(result.code).toBe(exitCodes.failed.code);
    expect(result.out).toMatch(/^closed-port {2}tcp_port {2}shop-1 {2}FAIL/m);
    expect(await cortex(['check', 'run', '--all'])).toMatchObject({ code: exitCodes.failed.code });
    expect(JSON.parse((await cortex(['check', 'run', '--all', '-o', 'json'])).out)).toMatchObject({
      checks: [{ check: 'closed-port', result: 'fail', passed: false, evidence: { outcome: 'fail' } }],
    });
    expect(failure(await cortex(['check', 'run', 'nothing']))).toEqual({
      code: exitCodes.notFound.code,
      error: 'CORTEX_CLI_NOT_FOUND',
    });
    expect((await cortex(['check', 'list'])).out).toBe(
      'CHECK        TYPE      TIER     TARGET  INTERVAL  TIMEOUT  RETRIES\nclosed-port  tcp_port  shallow  shop-1  60s       100ms    0\n',
    );
  });

  test('a check is made with other parameters, and one of a type that is not configured', async () => {
    const port = new URL(url).port;
    expect(await cortex(['check', 'run', 'closed-port', '--param', `port=${port}`, '--timeout', '5s'])).toMatchObject({
      code: 0,
    });
    expect(failure(await cortex(['check', 'run', 'closed-port', '--param', 'prot=1']))).toEqual({
      code: exitCodes.usage.code,
      error: 'CORTEX_CLI_BAD_PARAMETER',
    });
    const look = ['check', 'run', '--type', 'http_endpoint', '--param', `url=${url}/healthz`, '--timeout', '5s'];
    expect(await cortex(look)).toMatchObject({ code: 0, err: '' });
    const missing = await cortex([...look, '--param', 'expected_status=404', '-o', 'json']);
    expect(missing.code).toBe(exitCodes.failed.code);
    expect(JSON.parse(missing.out)).toMatchObject({ checks: [{ type: 'http_endpoint', result: 'fail' }] });
    expect(failure(await cortex(['check', 'run', '--type', 'http_endpont']))).toEqual({
      code: exitCodes.notFound.code,
      error: 'CORTEX_CLI_NOT_FOUND',
    });
  });

  test('a check is watched until Ctrl-C: a line a run, then a summary', async () => {
    const words = ['check', 'run', 'closed-port', '--watch', '--interval', '100ms'];
    const [text, json] = await Promise.all([watched(words), watched([...words, '-o', 'json'])]);
    expect(text.code).toBe(exitCodes.failed.code);
    expect(text.lines[2]).toMatch(/^[\d:]{8} {2}FAIL +\d+ms {2}✗✗✗ +127\.0\.0\.1:1: .*refused/);
    expect(text.lines.at(-1)).toMatch(/^closed-port: \d+ runs, \d+ failed, p50 \d+ms, p95 \d+ms$/);
    expect(json.code).toBe(exitCodes.failed.code);
    const objects = json.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const result = { result: 'fail', passed: false, evidence: { outcome: 'fail' } };
    expect(objects[0]).toMatchObject({ check: 'closed-port', ...result });
    expect(objects.at(-1)).toMatchObject({
      summary: [{ check: 'closed-port', runs: objects.length - 1, failed: objects.length - 1 }],
    });
  });

  test('plugins, dead letters and the audit trail are shown', async () => {
    expect((await cortex(['plugins'])).out).toMatch(/^action +restart_service +built in/m);
    expect((await cortex(['dead-letters'])).out).toBe('no dead letters\n');
    expect((await cortex(['audit', 'verify'])).out).toContain('the audit trail is whole: 0 records');
    expect(await cortex(['audit', 'export', 'audit.jsonl', '--nats', nats.url])).toMatchObject({ code: 0 });
    expect(await cortex(['audit', 'verify', '--file', 'audit.jsonl'])).toMatchObject({ code: 0 });
    writeFileSync(join(folder.path, 'audit.jsonl'), '{"n":1}\n');
    expect(await cortex(['audit', 'verify', '--file', 'audit.jsonl'])).toMatchObject({ code: exitCodes.failed.code });
    expect(failure(await cortex(['audit', 'verify', '--file', 'absent']))).toMatchObject({
      code: exitCodes.notFound.code,
    });
  });
});

test('no colour and no control characters when nobody watches', async () => {
  await put(incident('0190ffff', { title: 'evil \u001b[31mred' }));
  const { out } = await cortex(['get', 'incidents']);
  expect(out).toContain('evil  [31mred');
  // oxlint-disable-next-line no-control-regex
  expect(out).not.toMatch(/\u001b/);
});

test('the linked command says how to build what is not built yet', async () => {
  mkdirSync(join(folder.path, 'bare/bin'), { recursive: true });
  const link = join(folder.path, 'bare/bin/cortex.mjs');
  copyFileSync(join(apps, 'cli/bin/cortex.mjs'), link);
  const { code, err } = await promisify(execFile)(process.execPath, [link]).then(
    () => ({ code: 0, err: '' }),
    (error: { code: number; stderr: string }) => ({ code: error.code, err: error.stderr }),
  );
  expect(failure({ code, err, out: '' })).toEqual({ code: exitCodes.failed.code, error: 'CORTEX_CLI_NOT_BUILT' });
});
