import { systemRuntime } from '@cortex/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSchedule } from './schedule.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** No jitter, and regular runs at whole intervals. */
const even = { phase: 0, runtime: { ...systemRuntime, random: () => 0.5 } };

describe('startSchedule', () => {
  it('runs after the first delay, then at every interval', async () => {
    let runs = 0;
    const schedule = startSchedule({
      intervalMs: 100,
      firstDelayMs: 30,
      ...even,
      run: async () => void (runs += 1),
    });
    await vi.advanceTimersByTimeAsync(29);
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(runs).toBe(6);
    await schedule.stop();
    await vi.advanceTimersByTimeAsync(500);
    expect(runs).toBe(6);
  });

  it('never runs twice at once, and skips the runs that it missed', async () => {
    const finish: (() => void)[] = [];
    const run = () => new Promise<void>((resolve) => void finish.push(resolve));
    const schedule = startSchedule({ intervalMs: 100, firstDelayMs: 0, ...even, run });
    await vi.advanceTimersByTimeAsync(1_050);
    expect(finish).toHaveLength(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(10);
    expect(finish).toHaveLength(2);
    finish[1]?.();
    await vi.advanceTimersByTimeAsync(30);
    expect(finish).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(20);
    expect(finish).toHaveLength(3);
    finish[2]?.();
    await schedule.stop();
  });

  it('runs soon, then at its regular times, and never later than it was due', async () => {
    const runsAt: number[] = [];
    const began = Date.now();
    const run = async () => void runsAt.push(Date.now() - began);
    const schedule = startSchedule({ intervalMs: 1_000, firstDelayMs: 0, ...even, run });
    await vi.advanceTimersByTimeAsync(100);
    schedule.runWithin(200);
    await vi.advanceTimersByTimeAsync(840);
    schedule.runWithin(500);
    await vi.advanceTimersByTimeAsync(100);
    expect(runsAt).toEqual([0, 200, 1_000]);
    await schedule.stop();
    schedule.runWithin(0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(runsAt).toHaveLength(3);
  });

  it('runs at once when asked, but not beside a run under way', async () => {
    let runs = 0;
    const finish: (() => void)[] = [];
    const run = () =>
      new Promise<void>((resolve) => {
        runs += 1;
        finish.push(resolve);
      });
    const schedule = startSchedule({ intervalMs: 1_000, firstDelayMs: 1_000, ...even, run });
    schedule.runNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toBe(1);
    schedule.runNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(runs).toBe(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(999);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toBe(2);
    finish[1]?.();
    await schedule.stop();
  });

  it('waits on stop for the run under way', async () => {
    let finish = (): void => undefined;
    const schedule = startSchedule({
      intervalMs: 100,
      firstDelayMs: 0,
      ...even,
      run: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    });
    await vi.advanceTimersByTimeAsync(0);
    let stopped = false;
    const stop = async (): Promise<void> => {
      await schedule.stop();
      stopped = true;
    };
    const stopping = stop();
    await vi.advanceTimersByTimeAsync(50);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(stopped).toBe(true);
  });

  it('spreads schedules that began together, and keeps to its interval on average', async () => {
    const second: number[] = [];
    const counts: number[] = [];
    const startedAtMs = performance.now();
    const schedules = Array.from({ length: 200 }, (_, index) => {
      counts.push(0);
      return startSchedule({
        intervalMs: 1_000,
        firstDelayMs: 0,
        phase: Math.random(),
        runtime: systemRuntime,
        async run() {
          counts[index] = (counts[index] ?? 0) + 1;
          if (counts[index] === 2) second.push(performance.now() - startedAtMs);
        },
      });
    });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(Math.min(...second)).toBeGreaterThanOrEqual(449);
    expect(Math.max(...second)).toBeLessThanOrEqual(1_551);
    // Two hundred in a second: no tenth of that second holds as many as half of them.
    for (let from = 450; from < 1_550; from += 100) {
      expect(second.filter((at) => at >= from && at < from + 100).length).toBeLessThan(100);
    }
    for (const count of counts) expect(count).toBeGreaterThan(94);
    for (const count of counts) expect(count).toBeLessThan(107);
    await Promise.all(schedules.map((schedule) => schedule.stop()));
  });

  it('comes earlier when the interval becomes shorter, and not earlier when it becomes longer', async () => {
    let runs = 0;
    const run = async () => void (runs += 1);
    const schedule = startSchedule({ intervalMs: 1_000, firstDelayMs: 0, ...even, run });
    await vi.advanceTimersByTimeAsync(100);
    schedule.changeInterval(200);
    await vi.advanceTimersByTimeAsync(199);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(201);
    expect(runs).toBe(3);
    schedule.changeInterval(1_000);
    await vi.advanceTimersByTimeAsync(201);
    expect(runs).toBe(4);
    await vi.advanceTimersByTimeAsync(998);
    expect(runs).toBe(4);
    await schedule.stop();
  });

  it('keeps its phase: over many runs, after a requested one, and after a late one', async () => {
    const at: number[] = [];
    const beganAtMs = performance.now();
    let tookMs = 0;
    const schedule = startSchedule({
      intervalMs: 1_000,
      firstDelayMs: 0,
      phase: 0.25,
      runtime: systemRuntime,
      async run() {
        at.push(performance.now() - beganAtMs);
        await new Promise((resolve) => setTimeout(resolve, tookMs));
      },
    });
    await vi.advanceTimersByTimeAsync(100_500);
    schedule.runNow();
    await vi.advanceTimersByTimeAsync(2_000);
    tookMs = 1_500;
    await vi.advanceTimersByTimeAsync(1_000);
    tookMs = 0;
    await vi.advanceTimersByTimeAsync(4_000);
    const [first, ...later] = at;
    expect(first).toBe(0);
    expect(later.length).toBeGreaterThan(100);
    const inPhase = later.filter((time) => Math.abs((time % 1_000) - 250) <= 51);
    // The requested run, and the run that waited for a slow one.
    expect(later.length - inPhase.length).toBe(2);
    const asked = at.indexOf(100_500);
    const pauses = later.map((time, index) => time - (at[index] ?? 0));
    expect(Math.min(...pauses.toSpliced(asked - 1, 1))).toBeGreaterThanOrEqual(449);
    await schedule.stop();
  });
});
