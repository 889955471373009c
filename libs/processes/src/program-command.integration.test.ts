import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLiveProcess } from './process-table.ts';
import { expectCommand, likenessOf } from './program-command.ts';

/** `bin/sleepy` is a script that becomes a program of another folder, as the shims of version managers do. */
describe('a command whose program is a script that becomes another program', () => {
  let folder: string;
  let started: ChildProcess[];
  const at = (...names: readonly string[]) => join(folder, ...names);
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'cortex-command-')));
    started = [];
    await Promise.all([mkdir(at('bin')), mkdir(at('real'))]);
  });
  afterEach(async () => {
    for (const child of started) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  async function addShim(line: string): Promise<void> {
    await writeFile(at('bin', 'sleepy'), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }

  async function addProgram(name: string): Promise<string> {
    await copyFile('/bin/sleep', at('real', name));
    return at('real', name);
  }

  /** How a process that was started so looks beside `sleepy 600`, once its first word is no script's any more. */
  async function likeness(program: string, args: readonly string[], options: { cwd?: string; argv0?: string } = {}) {
    const child = spawn(program, args, { stdio: 'ignore', cwd: folder, env: {}, ...options });
    started.push(child);
    const read = () => readLiveProcess(child.pid ?? 0);
    await expect.poll(async () => (await read())?.argv.slice(1)).toEqual(args);
    const found = await read();
    const expected = await expectCommand({ argv: ['sleepy', '600'], cwd: folder, path: at('bin') });
    return found === undefined ? undefined : likenessOf(found, expected);
  }

  it('is run by what the script became: a program of its name, also with a version', async () => {
    for (const name of ['sleepy', 'sleepy3.11', 'sleepy-3']) {
      await addShim(`exec ${await addProgram(name)} "$@"`);
      expect(await likeness(at('bin', 'sleepy'), ['600'])).toBe('same');
    }
  });

  it('is run by what the script became, when that is its own interpreter', async () => {
    const sleepy = await addProgram('sleepy');
    await writeFile(at('bin', 'sleepy'), `#!${sleepy}\n`, { mode: 0o755 });
    expect(await likeness(sleepy, ['600'])).toBe('same');
  });

  it('is run by what the script became, when only its title has the name', async () => {
    const other = await addProgram('other');
    await addShim('exit 1');
    expect(await likeness(other, ['600'], { argv0: 'sleepy' })).toBe('same');
    expect(await likeness(other, ['600'], { argv0: '/opt/sleepy' })).toBe('same');
  });

  it('is not run by a program of another name', async () => {
    await addShim('exit 1');
    for (const name of ['other', 'sleepyhead', 'sleep', 'sleepy.sh']) {
      expect(await likeness(await addProgram(name), ['600'])).toBe('other');
    }
  });

  it('is not run with other arguments, with more, with less, or elsewhere', async () => {
    const sleepy = await addProgram('sleepy');
    await addShim(`exec ${sleepy} "$@"`);
    expect(await likeness(sleepy, ['601'])).toBe('other');
    expect(await likeness(sleepy, ['600', '600'])).toBe('other');
    expect(await likeness(sleepy, ['1', '600'])).toBe('other');
    expect(await likeness(sleepy, ['600'], { cwd: at('real') })).toBe('other');
    expect(await likeness(sleepy, ['600'], { cwd: '/' })).toBe('same');
  });

  it('is a matter of scripts: of a binary no other of its name is taken for it', async () => {
    const other = await addProgram('sleepy');
    await copyFile(other, at('bin', 'sleepy'));
    expect(await likeness(other, ['600'])).toBe('other');
    expect(await likeness(other, ['600'], { argv0: at('bin', 'sleepy') })).toBe('other');
    expect(await likeness(at('bin', 'sleepy'), ['600'])).toBe('same');
  });
});
