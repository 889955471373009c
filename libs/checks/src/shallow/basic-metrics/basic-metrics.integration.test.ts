import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Instance } from '@cortex/contracts';
import { mayMount, mountTmpfs, startProcess, temporaryFolder } from '@cortex/testing';
import { describe, expect, it } from 'vitest';
import { createCpuMeter } from './cpu-meter.ts';
import { runCheck } from '../../run-check.ts';
import { basicMetrics } from './basic-metrics.ts';

function run(params: Record<string, string>, timeoutMs = 5_000, pidFile?: string) {
  const target = { service: 'shop', instance: 'shop-1' };
  const definition = {
    name: 'basics',
    type: 'basic_metrics',
    tier: 'shallow' as const,
    target,
    params,
    timeoutMs,
    retries: 0,
  };
  const facts = Instance.parse({ id: 'shop-1', ...(pidFile === undefined ? {} : { process: { pidFile } }) });
  return runCheck(definition, facts, { now: () => new Date() });
}

const canMount = mayMount();

describe('basic_metrics', () => {
  it('passes within the limits of the specification’s form, with what it saw', async () => {
    const outcome = await run({ cpu_usage: '<=100%', memory_available: '>1MB', disk_space: '>1KB' });
    expect(outcome).toMatchObject({ result: 'pass' });
    expect(Number(outcome.evidence?.['cpu_usage'])).toBeGreaterThanOrEqual(0);
    expect(Number(outcome.evidence?.['memory_available'])).toBeGreaterThan(1_000_000);
    const { blocks, bsize } = await statfs('/');
    expect(Number(outcome.evidence?.['disk_space'])).toBeLessThanOrEqual(blocks * bsize);
  });

  it('fails on each limit that is broken, and names only these', async () => {
    const outcome = await run({ memory_available: '>1000TB', disk_space: '>1000TB', cpu_usage: '<=100%' });
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toMatch(/memory_available is \d+ bytes, expected >1000TB; disk_space is .*expected >1000TB/);
    expect(outcome.detail).not.toContain('cpu_usage');
  });

  it('sees that a processor is busy', async () => {
    const burner = spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' });
    try {
      await once(burner, 'spawn');
      const meter = createCpuMeter();
      const wait = (ms: number) => delay(ms);
      await meter.usage(wait);
      const leastPercent = 60 / cpus().length;
      await expect
        .poll(async () => (await meter.usage(wait)).percent, { timeout: 20_000 })
        .toBeGreaterThan(leastPercent);
    } finally {
      const ended = once(burner, 'exit');
      burner.kill('SIGKILL');
      await ended;
    }
  });

  it('counts inodes, load and open files', async () => {
    const outcome = await run({ inodes_available: '>=0%', load_per_cpu: '<100000', file_descriptors: '<=100%' });
    expect(outcome).toMatchObject({ result: 'pass' });
    expect(outcome.evidence).toMatchObject({ inodes_available: expect.any(Number), load_per_cpu: expect.any(Number) });
    expect((await run({ load_per_cpu: '<0.000001' })).detail).toMatch(/load_per_cpu is [\d.]+, expected <0.000001/);
  });

  it.skipIf(!canMount)('fails when a real file system has no room for more files', async () => {
    const mount = mountTmpfs(1_024, 10);
    try {
      expect(await run({ inodes_available: '>50%', path: mount.path })).toMatchObject({ result: 'pass' });
      for (let index = 0; index < 9; index += 1) await writeFile(join(mount.path, String(index)), '');
      const outcome = await run({ inodes_available: '>50%', disk_space: '>100KB', path: mount.path });
      expect(outcome).toMatchObject({ result: 'fail', evidence: { inodes_available: 0 } });
      expect(outcome.detail).toBe(`inodes_available is 0% at ${mount.path}, expected >50%`);
    } finally {
      await mount.unmount();
    }
  });

  it('counts the open files of the process of the instance', async () => {
    const folder = temporaryFolder();
    const pidFile = join(folder.path, 'pid');
    const script =
      "for (let n = 0; n < 60; n += 1) require('fs').openSync('/dev/null'); console.log('open'); setInterval(() => {}, 1000)";
    const hoarder = startProcess(['sh', '-c', 'ulimit -n 100 && exec "$@"', 'sh', process.execPath, '-e', script]);
    try {
      await hoarder.waitForLine('open');
      await writeFile(pidFile, String(hoarder.pid));
      const outcome = await run({ process_file_descriptors: '<50%' }, 5_000, pidFile);
      expect(outcome).toMatchObject({ result: 'fail' });
      expect(outcome.detail).toMatch(/process_file_descriptors is \d+% \(\d+ of 100\), expected <50%/);
      expect(await run({ process_file_descriptors: '<=100%' }, 5_000, pidFile)).toMatchObject({ result: 'pass' });
    } finally {
      await hoarder.kill();
      folder.remove();
    }
    expect(await run({ process_file_descriptors: '<50%' })).toMatchObject({ result: 'error' });
  });

  it('fails on a path that is not there', async () => {
    expect(await run({ disk_space: '>1GB', path: '/nowhere/at/all' })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('/nowhere/at/all'),
    });
  });

  it('answers within the tenth of a second that a shallow check has, once it has looked before', async () => {
    const all = { cpu_usage: '<=100%', memory_available: '>1MB', disk_space: '>1KB' };
    await expect.poll(async () => (await run(all)).durationMs, { timeout: 20_000 }).toBeLessThan(60);
  });

  it.each([
    {},
    { path: '/' },
    { cpu_usage: '>90%' },
    { cpu_usage: '<900%' },
    { cpu_usage: '<90' },
    { cpu_usage: '<0%' },
    { memory_available: '<100MB' },
    { memory_available: '>100' },
    { disk_space: '1GB' },
    { disk_space: '>1GB', path: 'relative' },
    { disk_space: '>1GB', inodes: '>5' },
    { inodes_available: '<10%' },
    { load_per_cpu: '>2' },
    { load_per_cpu: '<0' },
    { file_descriptors: '>90%' },
  ])('does not parse %j', (params) => {
    expect(basicMetrics.params.safeParse(params).success).toBe(false);
  });
});
