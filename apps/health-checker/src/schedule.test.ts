import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSchedule } from './schedule.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('startSchedule', () => {
  it('runs after the first delay, then at every interval', async () => {
    let runs = 0;
    const schedule = startSchedule({ intervalMs: 100, firstDelayMs: 30, run: async () => void (runs += 1) });
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

  it('never runs twice at once, and leaves out what it missed', async () => {
    const finish: (() => void)[] = [];
    const run = () => new Promise<void>((resolve) => void finish.push(resolve));
    const schedule = startSchedule({ intervalMs: 100, firstDelayMs: 0, run });
    await vi.advanceTimersByTimeAsync(1_050);
    expect(finish).toHaveLength(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(10);
    expect(finish).toHaveLength(2);
    finish[1]?.();
    await vi.advanceTimersByTimeAsync(80);
    expect(finish).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(20);
    expect(finish).toHaveLength(3);
    finish[2]?.();
    await schedule.stop();
  });

  it('runs at once when asked, but not beside a run under way', async () => {
    let runs = 0;
    const finish: (() => void)[] = [];
    const run = () =>
      new Promise<void>((resolve) => {
        runs += 1;
        finish.push(resolve);
      });
    const schedule = startSchedule({ intervalMs: 1_000, firstDelayMs: 1_000, run });
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
});
