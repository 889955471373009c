import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadAllCommands, loadCommandsFor } from './command-table.ts';
import { exitCodes } from './core/exit-codes.ts';
import { cliPage } from './docs-page.ts';
import { runCommandLine } from './program.ts';

async function run(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(words, {
    environment: {},
    workingFolder: '/',
    screen: () => undefined,
    signal: new AbortController().signal,
    write: (text) => void out.push(text),
    writeError: (text) => void err.push(text),
  });
  return { code, out: out.join(''), err: err.join('') };
}

test('docs/cli.md says what the command line does', async () => {
  // Stale? Run: npm run generate
  expect(readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')).toBe(await cliPage());
});

test('every command explains itself, with examples that start with its own name', async () => {
  for (const { name, summary, examples } of await loadAllCommands()) {
    const { code, out } = await run(...name.split(' '), '--help');
    expect({ name, code }).toEqual({ name, code: 0 });
    expect(out.replaceAll(/\s+/g, ' ')).toContain(summary);
    expect(out).toContain('Examples:');
    expect(examples.some(({ line }) => line.startsWith(`cortex ${name}`))).toBe(true);
  }
});

test('a command line loads the command that it begins with, and all of them when it begins with none', async () => {
  const all = await loadAllCommands();
  for (const command of all)
    expect(await loadCommandsFor([...command.name.split(' '), '-o', 'json'])).toEqual([command]);
  for (const words of [[], ['--help'], ['chek', 'run'], ['check'], ['constructor']]) {
    expect(await loadCommandsFor(words)).toEqual(all);
  }
});

test('the help of the whole shows every exit code', async () => {
  const { out, code } = await run('--help');
  expect(code).toBe(0);
  for (const { code: number, meaning } of Object.values(exitCodes)) expect(out).toContain(`  ${number}  ${meaning}`);
});

test.each([
  [['nonsense'], /unknown command 'nonsense'/],
  [['incidents'], /unknown command 'incidents'; did you mean `cortex get incidents`\?/],
  [['explian', 'x'], /Did you mean explain\?/],
  [['audit', 'verfy'], /did you mean `cortex audit verify`\?/],
  [['audit'], /audit verify, audit export/],
  [['get'], /missing required argument 'what'/],
  [['get', 'incidentz'], /Did you mean incidents\?/],
  [['get', 'zzz'], /Allowed choices are incidents/],
  [['get', 'incidents', '--wach'], /Did you mean --watch\?/],
  [['get', 'incidents', '--frobnicate'], /unknown option/],
  [['close', '0190aaaa'], /required option '--comment/],
  [['check', 'run'], /which check\?/],
  [['check', 'run', 'web', '--all'], /either "web" or --all/],
  [['check', 'run', 'web', '--type', 'tcp_port'], /a configured check has its type/],
  [['check', 'run', '--type', 'tcp_port'], /the key "port" is missing/],
  [['check', 'run', '--type', 'tcp_port', '--param', 'port=1', '--timeout', '5'], /--timeout: "5" is not a duration/],
  [['check', 'run', '--type', 'tcp_port', '--param', 'port=1', '--watch', '--interval', '9ms'], /shorter than 100ms/],
  [['kill-switch', 'on'], /turned with a reason/],
  [['silence', 'shop'], /required option '--reason/],
  [['silence', 'shop', '--reason', 'x', '--for', '2'], /--for: .*2.* is not a duration/],
  [['silence', 'shop', '--reason', 'x', '--until', 'soon'], /--until: "soon" is no moment/],
  [['silence', 'shop', '--reason', 'x', '--for', '1h', '--until', '2030-01-01'], /both say when/],
  [['get', 'status', '--url', 'ftp://x'], /--url is no address/],
  [['events', '--since', 'yesterday'], /no moment/],
  [['provision', '--replicas', '2'], /must be 1, 3 or 5/],
])('%j is a usage error with a fix', async (words, message) => {
  const { code, err, out } = await run(...words);
  expect(code).toBe(exitCodes.usage.code);
  expect(err).toMatch(/^CORTEX_CLI_[A-Z_]+: /);
  expect(err).toMatch(message);
  expect(err).toContain('  fix: ');
  expect(out).toBe('');
  const asJson = await run(...words, '-o', 'json');
  expect(JSON.parse(asJson.err)).toMatchObject({
    error: { code: expect.stringContaining('CORTEX_CLI_'), fix: expect.any(String) },
  });
});
