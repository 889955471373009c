import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connectBus } from '@cortex/bus';
import type { Incident } from '@cortex/contracts';
import { startStack } from '@cortex/local-stack';
import { eventually, freePort, silentLogger, startHttpReceiver, temporaryFolder } from '@cortex/testing';
import { expect, onTestFinished, test } from 'vitest';
import { readEventLog } from './support/event-log.ts';

const page = readFileSync('docs/first-service.md', 'utf8');
/** The files that a reader of the page makes, by name. */
const files = [...page.matchAll(/^cat > \.\.\/first\/(\S+) <<'END'\n([\s\S]*?)^END$/gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
);

test('what docs/first-service.md has its reader write heals what it has them kill', async () => {
  expect(files.map(({ name }) => name)).toEqual([
    'shop.mjs',
    'pages.mjs',
    'cortex.yaml',
    'playbooks/restart-shop.yaml',
  ]);
  const folder = temporaryFolder('cortex-first-service-');
  const port = String(await freePort());
  const pages = await startHttpReceiver();
  for (const { name, text } of files) {
    const path = join(folder.path, name);
    mkdirSync(dirname(path), { recursive: true });
    const own = text.replaceAll('8099', port).replace('http://127.0.0.1:9099/', pages.url);
    writeFileSync(path, own.replace('dry_run: true', 'dry_run: false'));
  }
  const pidFile = join(folder.path, 'shop.pid');
  const pid = (): number => Number(readFileSync(pidFile, 'utf8'));
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      ({ ok }) => ok,
      () => false,
    );
  const first = spawn(process.execPath, ['shop.mjs'], { cwd: folder.path, stdio: 'ignore' });
  await eventually(answers);
  const stack = await startStack({
    configFile: join(folder.path, 'cortex.yaml'),
    dir: join(folder.path, 'stack'),
    appsDir: 'apps',
    layout: { kind: 'one-process' },
    consolePort: 0,
  });
  const bus = await connectBus({
    servers: stack.natsUrl,
    source: '/cortex/test',
    name: 'first-service',
    logger: silentLogger,
  });
  onTestFinished(async () => {
    await bus.drain(1_000);
    await stack.stop();
    await pages.stop();
    process.kill(pid(), 'SIGKILL');
    folder.remove();
  });
  const log = await readEventLog(bus);
  await eventually(() => new Set(log.of('health.checked', 'shop').map(({ data }) => data['check'])).size === 2, {
    timeoutMs: 60_000,
  });

  first.kill('SIGKILL');
  await eventually(() => log.of('incident.resolved', 'shop').length === 1, { timeoutMs: 90_000 });
  expect(await answers()).toBe(true);
  expect(pid()).not.toBe(first.pid);
  const resolved = log.of('incident.resolved', 'shop')[0]?.data['incident'] as Incident | undefined;
  expect(resolved?.resolution?.method).toBe('auto_remediation');
  expect(pages.requests).toEqual([]);
});

test('the receiver of pages that it has its reader write shows pages, and survives what is none', async () => {
  const folder = temporaryFolder('cortex-first-service-pages-');
  const port = String(await freePort());
  const { text = '' } = files.find(({ name }) => name === 'pages.mjs') ?? {};
  writeFileSync(join(folder.path, 'pages.mjs'), text.replace('9099', port));
  const receiver = spawn(process.execPath, ['pages.mjs'], { cwd: folder.path, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    receiver.kill('SIGKILL');
    folder.remove();
  });
  let said = '';
  receiver.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const post = (body: string): Promise<number> =>
    fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body }).then(({ status }) => status);
  await eventually(() => post(''));
  for (const body of ['', 'null', '[]', '{', '{"a":1}', '{"text":"the shop is down"}'])
    expect(await post(body)).toBe(200);
  // It answers before it shows.
  await eventually(() => expect(said).toBe('the shop is down \n\n'));
  expect(receiver.exitCode).toBeNull();
});
