import { describe, expect, it } from 'vitest';
import { folderOf, resolvePath } from './paths.ts';

describe('resolvePath', () => {
  it.each([
    ['/etc/cortex', 'run/a.pid', '/etc/cortex/run/a.pid'],
    ['/etc/cortex', './a', '/etc/cortex/a'],
    ['/etc/cortex', '../a', '/etc/a'],
    ['/etc', '../../../a', '/a'],
    ['/etc', '/var/./log//x/../y', '/var/log/y'],
    ['/etc', '.', '/etc'],
    ['.', 'a', 'a'],
    ['conf', '../a', 'a'],
    ['.', '../a', '../a'],
  ])('%s and %s make %s', (folder, path, resolved) => {
    expect(resolvePath(folder, path)).toBe(resolved);
  });
});

describe('folderOf', () => {
  it.each([
    ['/etc/cortex.yaml', '/etc'],
    ['/cortex.yaml', '/'],
    ['cortex.yaml', '.'],
  ])('%s lies in %s', (path, folder) => {
    expect(folderOf(path)).toBe(folder);
  });
});
