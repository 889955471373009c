import { freePort, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, afterEach, expect, test } from 'vitest';

const folder = temporaryFolder();
const file = join(folder.path, 'cortex.yaml');
writeFileSync(file, 'version: 1\n');
const entry = new URL('./test/service-process.ts', import.meta.url).pathname;
/** Promised to whoever starts a stack anew on the same folder. */
const longestMs = 5_000;

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => folder.remove());

/** A service that talks to its parent over IPC, as those of a stack do; resolves when it says `word`. */
async function startUntil(word: string, natsUrl: string): Promise<ChildProcess> {
  const env = { ...process.env, CORTEX_CONFIG: file, CORTEX_NATS_URL: natsUrl, CORTEX_DATA_DIR: folder.path };
  const started = fork(entry, { env, execArgv: ['--import', 'tsx'], silent: true });
  child = started;
  const output = started.stdout ?? Readable.from([]);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: output }).on('line', (line) => line.includes(`"msg":"${word}"`) && resolve());
    started.once('exit', (code) => reject(new Error(`ended with ${String(code)} before it said "${word}"`)));
  });
  return started;
}

async function msToItsEnd(service: ChildProcess): Promise<number> {
  const since = performance.now();
  await once(service, 'exit');
  return performance.now() - since;
}

const nowhere = async (): Promise<string> => `nats://127.0.0.1:${await freePort()}`;

test('a service that waits for NATS to start ends soon after its parent', async () => {
  const service = await startUntil('listening', await nowhere());
  service.disconnect();
  expect(await msToItsEnd(service)).toBeLessThan(longestMs);
});

test('a service that waits for NATS to start ends soon after SIGTERM', async () => {
  const service = await startUntil('listening', await nowhere());
  service.kill('SIGTERM');
  expect(await msToItsEnd(service)).toBeLessThan(longestMs);
});

test.each(['alive', 'killed', 'frozen'] as const)(
  'a service that cannot stop ends soon after its parent, with NATS %s',
  async (state) => {
    const nats = await startProvisionedNats();
    try {
      const service = await startUntil('ready', nats.url);
      if (state === 'killed') await nats.kill();
      if (state === 'frozen') process.kill(nats.pid, 'SIGSTOP');
      service.disconnect();
      expect(await msToItsEnd(service)).toBeLessThan(longestMs);
    } finally {
      if (state === 'frozen') process.kill(nats.pid, 'SIGCONT');
      await nats.stop();
    }
  },
);

test('the loss of the parent hurries a service that is stopping already', async () => {
  const nats = await startProvisionedNats();
  try {
    const service = await startUntil('ready', nats.url);
    service.kill('SIGTERM');
    service.disconnect();
    expect(await msToItsEnd(service)).toBeLessThan(longestMs);
  } finally {
    await nats.stop();
  }
});
