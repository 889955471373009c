import { temporaryFolder } from '@cortex/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../core/exit-codes.ts';
import { runCommandLine } from '../program.ts';

const folder = temporaryFolder();
beforeAll(() => {
  const saved = join(folder.path, '.cortex', 'demo', 'run', 'explanations');
  mkdirSync(saved, { recursive: true });
  writeFileSync(join(saved, '0190a3f2-7c41-7000-8000-000000000001.txt'), 'what happened to one\n');
  writeFileSync(join(saved, '0190a3f2-7c99-7000-8000-000000000002.txt'), 'what happened to another\n');
});
afterAll(() => folder.remove());

async function explain(incident: string) {
  let out = '';
  const code = await runCommandLine(['explain', incident, '--url', 'http://127.0.0.1:1'], {
    environment: {},
    workingFolder: folder.path,
    screen: () => undefined,
    signal: new AbortController().signal,
    write: (text) => void (out += text),
    writeError: () => undefined,
  });
  return { code, out };
}

test('when no console runs, the story that the demo wrote down is told', async () => {
  expect(await explain('0190a3f2-7c41')).toEqual({ code: exitCodes.ok.code, out: 'what happened to one\n' });
});

test('a prefix of several stories, or of none, is an error', async () => {
  expect(await explain('0190a3f2')).toEqual({ code: exitCodes.unreachable.code, out: '' });
  expect(await explain('0190ffff')).toEqual({ code: exitCodes.unreachable.code, out: '' });
});
