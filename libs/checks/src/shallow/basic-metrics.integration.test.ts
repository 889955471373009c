import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Instance } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { createCpuMeter } from '../cpu-meter.ts';
import { runCheck } from '../run-check.ts';
import { basicMetrics } from './basic-metrics.ts';

function run(params: Record<string, string>, timeoutMs = 5_000) {
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
  return runCheck(definition, Instance.parse({ id: 'shop-1' }), { now: () => new Date() });
}

describe('basic_metrics', () => {
  it('passes within the limits of the specification’s form, with what it saw', async () => {
    const outcome = await run({ cpu_usage: '<=100%', memory_available: '>1MB', disk_space: '>1KB' });
    expect(outcome).toMatchObject({ passed: true, evidence: { outcome: 'pass' } });
    expect(Number(outcome.evidence?.['cpu_usage'])).toBeGreaterThanOrEqual(0);
    expect(Number(outcome.evidence?.['memory_available'])).toBeGreaterThan(1_000_000);
    const { blocks, bsize } = await statfs('/');
    expect(Number(outcome.evidence?.['disk_space'])).toBeLessThanOrEqual(blocks * bsize);
  });

  it('fails on each limit that is broken, and names only these', async () => {
    const outcome = await run({ memory_available: '>1000TB', disk_space: '>1000TB', cpu_usage: '<=100%' });
    expect(outcome).toMatchObject({ passed: false, evidence: { outcome: 'fail' } });
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

  it('fails on a path that is not there', async () => {
    expect(await run({ disk_space: '>1GB', path: '/nowhere/at/all' })).toMatchObject({
      passed: false,
      evidence: { outcome: 'fail' },
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
  ])('does not parse %j', (params) => {
    expect(basicMetrics.params.safeParse(params).success).toBe(false);
  });
});
