import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from './errors.ts';
import { listFiles, loadConfiguration } from './load-configuration.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cortex-service-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('files of a pattern', () => {
  it('are those whose last segment matches, in order of name', () => {
    for (const name of ['b.yaml', 'a.yaml', 'a.yml', 'c.yaml.bak']) writeFileSync(join(folder, name), '');
    expect(listFiles(join(folder, '*.yaml'))).toEqual([join(folder, 'a.yaml'), join(folder, 'b.yaml')]);
    expect(listFiles(join(folder, 'a.*'))).toEqual([join(folder, 'a.yaml'), join(folder, 'a.yml')]);
    expect(listFiles(join(folder, 'a.yml'))).toEqual([join(folder, 'a.yml')]);
  });

  it('are none in a folder that is not there', () => {
    expect(listFiles(join(folder, 'nowhere', '*.yaml'))).toEqual([]);
  });
});

describe('loading the configuration', () => {
  it('fails with every problem and its place', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'version: 1\nservces: []\nsafety:\n  hold_retry: soon\n');
    const load = loadConfiguration(file);
    await expect(load).rejects.toThrow(ConfigurationError);
    await expect(load).rejects.toThrow(/wrong\.yaml:2:\d+[\s\S]*services[\s\S]*wrong\.yaml:4:\d+/);
  });

  it('fails with the file and the fix when there is no file', async () => {
    await expect(loadConfiguration(join(folder, 'absent.yaml'))).rejects.toThrow(/absent\.yaml[\s\S]*fix:/);
  });
});
