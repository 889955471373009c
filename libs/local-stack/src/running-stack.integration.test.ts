import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processIdentity } from './process-identity.ts';
import { claimStackDir, readRunningStack, stopRunningStack, type RunningStack } from './running-stack.ts';

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cortex-stack-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** A process that has printed a line once `program` runs. */
async function startChild(program = ''): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', `${program}; setInterval(() => {}, 1000); console.log('runs')`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child as ChildProcess & { readonly pid: number };
}

function write(note: Partial<RunningStack>): void {
  mkdirSync(join(dir, 'run'), { recursive: true });
  const whole = { startedAt: '2026-03-02T10:00:00.000Z', services: [], ...note };
  writeFileSync(join(dir, 'run', 'stack.json'), JSON.stringify(whole));
}

function known({ pid }: { readonly pid: number }) {
  return { pid, identity: processIdentity(pid) ?? '' };
}

test('what a stack notes is read by others until it releases the folder; only its user may read the file', async () => {
  expect(readRunningStack(dir)).toBeUndefined();
  const claim = await claimStackDir(dir);
  claim.note({ natsUrl: 'nats://127.0.0.1:1' });
  claim.note({ consoleUrl: 'http://127.0.0.1:2', services: [{ name: 'console', port: 2, logFile: 'x' }] });
  expect(readRunningStack(dir)).toMatchObject({
    owner: { pid: process.pid },
    natsUrl: 'nats://127.0.0.1:1',
    consoleUrl: 'http://127.0.0.1:2',
    services: [{ name: 'console', port: 2 }],
  });
  claim.release();
  expect(readRunningStack(dir)).toBeUndefined();
});

test('a folder in which another stack runs is refused', async () => {
  write({ owner: known(await startChild()) });
  await expect(claimStackDir(dir)).rejects.toMatchObject({ code: 'CORTEX_STACK_RUNNING' });
});

test('the server that a dead stack left is ended, and its folder taken', async () => {
  const server = await startChild();
  write({ owner: { pid: 999_999, identity: 'gone' }, nats: { ...known(server), logFile: 'x' } });
  const claim = await claimStackDir(dir);
  expect(processIdentity(server.pid)).toBeUndefined();
  claim.release();
});

test('a later process that got the number of the stack, or of its server, is left alone', async () => {
  const stranger = await startChild();
  const earlier = { pid: stranger.pid, identity: 'an earlier start' };
  write({ owner: earlier, nats: { ...earlier, logFile: 'x' } });
  expect(readRunningStack(dir)).toBeUndefined();
  expect(await stopRunningStack(dir, 5_000)).toBeUndefined();
  expect(processIdentity(stranger.pid)).toBeTypeOf('string');
});

test('a stack is ended in order: it has its time to stop', async () => {
  const owner = await startChild(
    `process.on('SIGTERM', () => { require('fs').writeFileSync(${JSON.stringify(join(dir, 'stopped'))}, 'yes'); process.exit(0); })`,
  );
  write({ owner: known(owner) });
  expect(await stopRunningStack(dir, 30_000)).toBe('in order');
  expect(readFileSync(join(dir, 'stopped'), 'utf8')).toBe('yes');
  expect(existsSync(join(dir, 'run', 'stack.json'))).toBe(false);
});

test('a stack that does not stop is ended by force, and its server with it', async () => {
  const owner = await startChild(`process.on('SIGTERM', () => {})`);
  const server = await startChild();
  write({ owner: known(owner), nats: { ...known(server), logFile: 'x' } });
  expect(await stopRunningStack(dir, 100)).toBe('by force');
  expect([owner, server].map(({ pid }) => processIdentity(pid))).toEqual([undefined, undefined]);
});

test('half a file, or one of another version, is no stack', () => {
  mkdirSync(join(dir, 'run'), { recursive: true });
  for (const text of ['{"owner', '{}', '[]', 'null']) {
    writeFileSync(join(dir, 'run', 'stack.json'), text);
    expect(readRunningStack(dir)).toBeUndefined();
  }
});
