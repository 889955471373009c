import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimStackDir, type StackClaim } from '@cortex/local-stack';
import { temporaryFolder } from '@cortex/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../program.ts';

let folder: ReturnType<typeof temporaryFolder>;
let stack: StackClaim;
beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'site'));
  writeFileSync(join(folder.path, 'site/cortex.yaml'), 'version: 1\n');
  stack = await claimStackDir(join(folder.path, '.cortex'));
});
afterEach(() => {
  stack.release();
  folder.remove();
});

async function configurationLine(...words: readonly string[]): Promise<unknown> {
  let out = '';
  await runCommandLine(['doctor', '-o', 'json', ...words], {
    environment: { PATH: process.env['PATH'] },
    workingFolder: folder.path,
    screen: () => undefined,
    signal: new AbortController().signal,
    write: (text) => void (out += text),
    writeError: () => undefined,
  });
  const { findings } = JSON.parse(out) as { findings: readonly { name: string }[] };
  return findings.find(({ name }) => name === 'configuration');
}

test('beside a stack that was started with --config the doctor looks at the same file, unless another is named', async () => {
  const file = join(folder.path, 'site/cortex.yaml');
  expect(await configurationLine()).toMatchObject({
    verdict: 'warn',
    detail: 'there is no cortex.yaml in this folder',
  });
  stack.note({ configFile: file });
  expect(await configurationLine()).toMatchObject({ verdict: 'ok', detail: expect.stringContaining(file) });
  expect(await configurationLine('--config', 'other.yaml')).toMatchObject({ verdict: 'fail' });
  expect(await configurationLine('--config', 'site/cortex.yaml')).toMatchObject({ verdict: 'ok' });
});
