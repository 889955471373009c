import { describe, expect, it } from 'vitest';
import { createCpuMeter } from './cpu-meter.ts';

/** Two processors: each millisecond gives two of processor time, of which `busyShare` is in use. */
function machine() {
  let [atMs, busyMs] = [0, 0];
  const waits: number[] = [];
  const pass = (ms: number, busyShare: number) => {
    atMs += ms;
    busyMs += 2 * ms * busyShare;
  };
  const meter = createCpuMeter(
    () => ({ busyMs, totalMs: 2 * atMs }),
    () => atMs,
  );
  const usage = (busyShareWhileWaiting = 0) =>
    meter.usage((ms) => {
      waits.push(ms);
      pass(ms, busyShareWhileWaiting);
      return Promise.resolve();
    });
  return { pass, usage, waits };
}

describe('the cpu meter', () => {
  it('takes a short sample at first, and then answers with the average since the last look', async () => {
    const { pass, usage, waits } = machine();
    expect(await usage(1)).toEqual({ percent: 100, overMs: 60 });
    pass(5_000, 0.25);
    expect(await usage()).toEqual({ percent: 25, overMs: 5_000 });
    expect(waits).toHaveLength(1);
  });

  it('is not led astray by two checks that look right after each other', async () => {
    const { pass, usage, waits } = machine();
    await usage();
    pass(5_000, 0.5);
    expect((await usage()).percent).toBe(50);
    pass(10, 1);
    expect((await usage()).percent).toBeCloseTo(50, 0);
    expect(waits).toHaveLength(1);
  });

  it('does not answer about long ago', async () => {
    const { pass, usage, waits } = machine();
    await usage();
    pass(60_000, 0);
    expect((await usage(1)).percent).toBe(100);
    expect(waits).toHaveLength(2);
  });

  it('answers no number when the clock of the processors stands still', async () => {
    const meter = createCpuMeter(
      () => ({ busyMs: 1, totalMs: 1 }),
      () => 0,
    );
    expect((await meter.usage(() => Promise.resolve())).percent).toBeNaN();
  });
});
