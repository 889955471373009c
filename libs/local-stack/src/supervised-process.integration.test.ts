import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { superviseProcess, type SupervisedProcess } from './supervised-process.ts';

let dir: string;
let supervised: SupervisedProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cortex-supervised-'));
});
afterEach(async () => {
  await supervised?.stop(1_000);
  rmSync(dir, { recursive: true, force: true });
});

/** Runs a program that ends with the status of a wrong configuration; resolves when it is taken for over. */
function runUntilOver(program: string): Promise<SupervisedProcess> {
  const entry = join(dir, 'main.mjs');
  writeFileSync(entry, program);
  return new Promise((resolve) => {
    const started = superviseProcess({
      entry,
      logFile: join(dir, 'main.log'),
      env: {},
      restart: true,
      onExit: () => resolve(started),
    });
    supervised = started;
  });
}

/** A child that shares the output, and runs `script` once somebody has taken note of its parent's end. */
const withHeir = (script: string): string => `
  import { spawn } from 'node:child_process';
  const wait = 'while kill -0 $PPID 2>/dev/null; do sleep 0.01; done; ';
  const heir = spawn('/bin/sh', ['-c', wait + ${JSON.stringify(script)}], { stdio: ['ignore', 'inherit', 'inherit'] });
  heir.once('spawn', () => process.exit(78));
`;

test('a process is over only when its last words were read, even when they come after its end', async () => {
  const { isOver, tail } = await runUntilOver(withHeir('echo last words'));
  expect(isOver).toBe(true);
  expect(tail).toEqual(['last words']);
});

test('a child that keeps the output open does not keep its parent alive', async () => {
  const { isOver, starts, tail } = await runUntilOver(withHeir('echo $$; exec sleep 600'));
  process.kill(Number(tail[0]), 'SIGKILL');
  expect({ isOver, starts }).toEqual({ isOver: true, starts: 1 });
});
