import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadAllCommands } from '../command-table.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './scripts.ts';

const commands = await loadAllCommands();

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const program = `${bashCompletion(commands)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cortex; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', program, 'bash', 'cortex', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

test('commands, the words of groups, lists and options are completed', async () => {
  expect(await offered('exp')).toEqual(['explain']);
  expect(await offered('')).toEqual(expect.arrayContaining(['up', 'get', 'audit', 'doctor']));
  expect(await offered('audit', '')).toEqual(['verify', 'export']);
  expect(await offered('get', 'inc')).toEqual(['incidents']);
  expect(await offered('get', '--watch', 'exec')).toEqual(['executions']);
  expect(await offered('get', 'incidents', '--wa')).toEqual(['--watch']);
  expect(await offered('check', 'run', '--int')).toEqual(['--interval']);
  expect(await offered('kill-switch', 'o')).toEqual(['on', 'off']);
  expect(await offered('explain', '5f3c')).toEqual([]);
});

test('every command and option is in the script of every shell', () => {
  for (const script of [bashCompletion, zshCompletion, fishCompletion].map((make) => make(commands))) {
    for (const { name, options = [] } of commands) {
      for (const word of name.split(' ')) expect(script).toContain(word);
      for (const { flags } of options) expect(script).toContain(/--([a-z-]+)/.exec(flags)?.[1]);
    }
  }
});

test.each(['zsh', 'fish'])('%s takes its script, where it is installed', (shell) => {
  const path = ['/usr/bin', '/bin', '/usr/local/bin'].map((folder) => `${folder}/${shell}`).find(existsSync);
  const script = shell === 'zsh' ? zshCompletion(commands) : fishCompletion(commands);
  expect(script).not.toBe('');
  if (path !== undefined) execFileSync(path, ['-n'], { input: script });
});
