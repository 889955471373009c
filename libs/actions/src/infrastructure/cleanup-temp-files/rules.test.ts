import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rootProblem } from '../../files/allowed-roots.ts';
import { cleanupTempFiles } from './cleanup-temp-files.ts';
import { matchesName, parseGlobPath } from '../../files/glob-path.ts';

const own = { home: '/home/cortex', cwd: '/srv/cortex/app', isMount: false };

describe('an allowed root', () => {
  it.each([
    '/data/cache',
    '/home/alice/cache',
    '/srv/uploads/tmp',
    '/var/cache/app',
    '/opt/app/spool',
    '/srv/cortex/app/spool',
    '/root/app/spool',
  ])('may be %s', (root) => {
    expect(rootProblem(root, own)).toBeUndefined();
  });

  it.each([
    '/',
    '',
    'tmp/x',
    '/data',
    '/home',
    '/var',
    '/usr/share/x',
    '/etc/app',
    '/root',
    '/root/.cache',
    '/proc/self',
    '/var/lib/postgresql',
    '/home/alice',
    '/home/cortex',
    '/home/alice/.ssh',
    '/home/alice/.cache/x',
    '/srv/cortex',
    '/srv/cortex/app',
    '/data/../etc/x',
    '/data/./x',
    '/data//x',
    '/data/x/',
    '/data/*',
    '/data/x\0',
  ])('must not be %s', (root) => {
    expect(rootProblem(root, own)).toBeTypeOf('string');
  });
});

describe('a top folder', () => {
  it('may be an allowed root where a file system is mounted just for it', () => {
    expect(rootProblem('/spool', own)).toMatch(/too high up/);
    expect(rootProblem('/spool', { ...own, isMount: true })).toBeUndefined();
  });

  it.each(['/', '/home', '/var', '/opt', '/usr', '/root', '/etc'])('is never %s', (root) => {
    expect(rootProblem(root, { ...own, isMount: true })).toBeTypeOf('string');
  });
});

describe('paths', () => {
  it('are taken apart at the first wildcard, or at the last part', () => {
    expect(parseGlobPath('/tmp/*')).toEqual({ base: '/tmp', patterns: ['*'] });
    expect(parseGlobPath('/tmp/a/b-*/c')).toEqual({ base: '/tmp/a', patterns: ['b-*', 'c'] });
    expect(parseGlobPath('/tmp/a')).toEqual({ base: '/tmp', patterns: ['a'] });
    expect(parseGlobPath('/tmp')).toEqual({ base: '/', patterns: ['tmp'] });
  });

  it.each([
    [],
    '',
    ['/'],
    ['//'],
    ['tmp/*'],
    ['/tmp/../etc/*'],
    ['/tmp/./x'],
    ['/tmp/**'],
    ['/tmp/[ab]'],
    ['/tmp/\0'],
    [''],
  ])('do not parse as %j', (paths) => {
    expect(cleanupTempFiles.params.safeParse({ paths, age_threshold: '7_days' }).success).toBe(false);
  });

  it('need an age with a unit', () => {
    const paths = ['/tmp/*'];
    expect(cleanupTempFiles.params.parse({ paths, age_threshold: '7_days' })).toMatchObject({
      age_threshold: 604_800_000,
    });
    expect(cleanupTempFiles.params.safeParse({ paths }).success).toBe(false);
    expect(cleanupTempFiles.params.safeParse({ paths, age_threshold: 7 }).success).toBe(false);
    expect(cleanupTempFiles.params.safeParse({ paths, age_threshold: '7' }).success).toBe(false);
  });
});

describe('matchesName', () => {
  it('does what a shell does', () => {
    expect(matchesName('*', 'a')).toBe(true);
    expect(matchesName('*', '.hidden')).toBe(false);
    expect(matchesName('.*', '.hidden')).toBe(true);
    expect(matchesName('a?c', 'abc')).toBe(true);
    expect(matchesName('a*b*c', 'aXXbYYc')).toBe(true);
    expect(matchesName('a*b*c', 'aXXbYY')).toBe(false);
  });

  it('agrees with the same pattern as a regular expression', () => {
    const letters = (set: string) => fc.array(fc.constantFrom(...set), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(letters('ab*?'), letters('ab'), (pattern, name) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesName(pattern, name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays fast on a pattern made to be slow', () => {
    const startedAt = performance.now();
    expect(matchesName('a*'.repeat(50) + 'b', 'a'.repeat(200))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(50);
  });
});
