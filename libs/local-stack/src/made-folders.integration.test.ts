import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { madeFolders, noteMadeFolders, removeMadeFolders } from './made-folders.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cortex-made-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what was there before is not of Cortex, and stays', () => {
  mkdirSync(join(dir, 'data'));
  writeFileSync(join(dir, 'data', 'mine.txt'), 'mine');
  noteMadeFolders(dir, ['nats', 'data']);
  for (const name of ['nats', 'data']) mkdirSync(join(dir, name), { recursive: true });
  noteMadeFolders(dir, ['nats', 'data', 'logs']);
  expect(madeFolders(dir)).toEqual(['nats', 'logs']);
  removeMadeFolders(dir);
  expect(readdirSync(dir)).toEqual(['data']);
});

test('what is made for a target is noted as that, also where an earlier version did not, and goes with the rest', () => {
  const marker = (): unknown => JSON.parse(readFileSync(join(dir, 'made-by-cortex.json'), 'utf8'));
  writeFileSync(join(dir, 'made-by-cortex.json'), '{"folders":["run","disk"]}');
  mkdirSync(join(dir, 'disk'));
  noteMadeFolders(dir, ['disk'], 'target');
  noteMadeFolders(dir, ['nats']);
  expect(marker()).toEqual({ folders: ['run', 'disk', 'nats'], targets: ['disk'] });
  removeMadeFolders(dir);
  expect(existsSync(dir)).toBe(false);
});

test('a folder in which nothing else is left goes too', () => {
  noteMadeFolders(dir, ['nats']);
  mkdirSync(join(dir, 'nats'));
  removeMadeFolders(dir);
  expect(existsSync(dir)).toBe(false);
});

test('a marker that leads out of the folder, or cannot be read, removes nothing', () => {
  mkdirSync(join(dir, 'kept'));
  for (const text of ['{"folders":["../x","/","..","","."]}', '{"folders":"kept"}', 'kept', 'null']) {
    writeFileSync(join(dir, 'made-by-cortex.json'), text);
    expect(madeFolders(dir)).toEqual([]);
  }
});
