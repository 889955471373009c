import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readLiveProcess } from '@cortex/processes';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleContext } from '../../test-data/context.ts';
import { snapshot } from '../../test-data/snapshot.ts';
import { runCommand } from './run-command.ts';

const node = process.execPath;

describe('run_command', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-command-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const act = (input: object, context = exampleContext()) =>
    runCommand.act(runCommand.params.parse(input), context, {});

  it('hands every argument over byte for byte, however hostile', async () => {
    const echo = join(folder, 'echo.mjs');
    await writeFile(echo, 'process.stdout.write(JSON.stringify(process.argv.slice(2)))');
    const canary = join(folder, 'canary');
    const piece = fc.constantFrom(
      ';',
      '$(touch canary)',
      '`touch canary`',
      '\n',
      "'",
      '"',
      '-',
      '--',
      '|',
      '>',
      '&&',
      '*',
      '~',
      '\\',
      'é',
      '\u202e',
      '%s',
      ' ',
    );
    const hostile = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 10, maxLength: 60 }), async (args) => {
        const result = await act({ argv: [node, echo, ...args], cwd: folder });
        expect(JSON.parse(String(result.evidence?.['stdout']))).toEqual(args);
        await expect(readFile(canary)).rejects.toThrow('ENOENT');
      }),
      { numRuns: 30 },
    );
  });

  it.each([[['node']], [['./x']], [[]], [['']], [['/']], [['/usr/bin/../bin/env']], [[node, 'a\0b']], ['/bin/true']])(
    'does not parse argv %j',
    (argv) => {
      expect(runCommand.params.safeParse({ argv }).success).toBe(false);
    },
  );

  it('refuses a shell, a file that anyone may write, and what is not there', async () => {
    const open = join(folder, 'open');
    await writeFile(open, '');
    await chmod(open, 0o777);
    const guard = (program: string) =>
      runCommand.guard?.(runCommand.params.parse({ argv: [program] }), exampleContext());
    expect(await guard('/bin/sh')).toMatch(/is a shell/);
    expect(await guard(open)).toMatch(/written by anyone/);
    expect(await guard(join(folder, 'nope'))).toMatch(/cannot be run/);
    expect(await guard(node)).toBeUndefined();
  });

  it('reports a failure with its status and the end of its output', async () => {
    const result = await act({ argv: [node, '-e', 'console.error("boom"); process.exit(3)'] });
    expect(result).toMatchObject({ ok: false, partial: true, evidence: { exitCode: 3 } });
    expect(result.detail).toMatch(/status 3: boom/);
  });

  it('keeps 64 KiB of the output and the hash of all of it', async () => {
    const result = await act({ argv: [node, '-e', 'process.stdout.write("x".repeat(200_000))'] });
    expect(String(result.evidence?.['stdout'])).toHaveLength(65_536);
    expect(result.evidence).toMatchObject({ truncated: true, stdoutSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('kills the whole process group at its timeout', async () => {
    const pidFile = join(folder, 'grandchild');
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    const result = await act({ argv: [node, '-e', script], timeout: '1s' });
    expect(result).toMatchObject({ ok: false });
    expect(result.detail).toMatch(/timeout/);
    const pid = Number(await readFile(pidFile, 'utf8'));
    await expect.poll(() => readLiveProcess(pid)).toBeUndefined();
  });

  it('is killed when it is aborted', async () => {
    const controller = new AbortController();
    const running = act({ argv: [node, '-e', 'setInterval(() => {}, 1000)'] }, exampleContext({}, controller.signal));
    await delay(50);
    controller.abort();
    expect(await running).toMatchObject({ ok: false, detail: expect.stringContaining('aborted') });
  });

  it('does not hand our secrets on', async () => {
    process.env['CORTEX_TEST_SECRET'] = 'canary';
    try {
      const result = await act({ argv: [node, '-p', 'JSON.stringify(process.env)'], env: { GIVEN: 'yes' } });
      expect(result.evidence?.['stdout']).not.toContain('canary');
      expect(result.evidence?.['stdout']).toContain('"GIVEN":"yes"');
    } finally {
      delete process.env['CORTEX_TEST_SECRET'];
    }
  });

  it('asks the user’s probe and runs the user’s undo', async () => {
    const params = (status: number) =>
      runCommand.params.parse({
        argv: [node, '--version'],
        probe_argv: [node, '-e', `process.exit(${status})`],
        undo_argv: [node, '-p', '"undone"'],
      });
    const probe = (status: number) => runCommand.probe?.(params(status), exampleContext(), {});
    expect([await probe(0), await probe(1), await probe(2)]).toEqual(['took_effect', 'no_effect', 'unknown']);
    expect(await runCommand.undo?.(params(0), exampleContext(), {})).toMatchObject({ ok: true });
    expect(runCommand.canUndo?.(runCommand.params.parse({ argv: [node] }))).toBe(false);
  });

  it('changes nothing in a dry run', async () => {
    const before = await snapshot(folder);
    const params = runCommand.params.parse({
      argv: [node, '-e', `require('fs').writeFileSync('made', '')`],
      cwd: folder,
    });
    expect(await runCommand.dryRun(params, exampleContext())).toMatchObject({ ok: true });
    expect(await snapshot(folder)).toEqual(before);
  });
});
