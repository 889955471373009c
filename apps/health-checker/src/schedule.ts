import type { Runtime, RuntimeTimer } from '@cortex/runtime';

export interface Schedule {
  /**
   * Runs now, unless a run is under way. The regular runs keep their times, but come no sooner than half an interval
   * later.
   */
  runNow(): void;
  /** Runs within this long, never later than it was due, unless a run is under way. */
  runWithin(withinMs: number): void;
  /** Runs at this interval from now on; a run that is due later than that is brought forward. */
  changeInterval(intervalMs: number): void;
  /** Starts no further run and waits for the one under way. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly intervalMs: number;
  readonly firstDelayMs: number;
  /** Where in the interval the regular runs lie, from 0 to 1, counted from now. */
  readonly phase: number;
  /** Its randomness keeps schedules of the same interval from coinciding again and again. */
  readonly runtime: Pick<Runtime, 'after' | 'monotonicMs' | 'random'>;
  /** Gets the time, on the monotonic clock of the runtime, at which the run was due. */
  readonly run: (dueAtMs: number) => Promise<void>;
}

/** How much of the interval each run may come earlier or later. */
const jitter = 0.05;

/** Two runs are at least this part of the interval apart. */
const leastPause = 0.5;

/**
 * Calls `run` every `intervalMs`, for the first time after `firstDelayMs`, then at its own phase of the interval. Two
 * runs never overlap, and missed runs are skipped, not caught up.
 */
export function startSchedule(options: ScheduleOptions): Schedule {
  const { runtime } = options;
  let timer: RuntimeTimer | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let { intervalMs } = options;
  let slotAtMs = runtime.monotonicMs() + options.phase * intervalMs;
  let dueAtMs = runtime.monotonicMs() + options.firstDelayMs;

  const arm = (): void => {
    if (stopped) return;
    timer?.cancel();
    timer = runtime.after(Math.max(0, dueAtMs - runtime.monotonicMs()), begin);
  };
  const begin = (): void => {
    if (stopped || running !== undefined) return;
    running = runOnce();
  };
  const planNext = (): void => {
    const earliestMs = runtime.monotonicMs() + leastPause * intervalMs;
    slotAtMs += Math.max(0, Math.ceil((earliestMs - slotAtMs) / intervalMs)) * intervalMs;
    dueAtMs = slotAtMs + jitter * intervalMs * (2 * runtime.random() - 1);
  };
  const runOnce = async (): Promise<void> => {
    const wasDueAtMs = dueAtMs;
    planNext();
    try {
      await options.run(wasDueAtMs);
    } finally {
      running = undefined;
      arm();
    }
  };

  arm();
  return {
    runNow() {
      if (running !== undefined) return;
      dueAtMs = runtime.monotonicMs();
      arm();
    },
    runWithin(withinMs) {
      if (running !== undefined) return;
      dueAtMs = Math.min(dueAtMs, runtime.monotonicMs() + withinMs * runtime.random());
      arm();
    },
    changeInterval(wantedMs) {
      if (wantedMs === intervalMs) return;
      intervalMs = wantedMs;
      dueAtMs = Math.min(dueAtMs, runtime.monotonicMs() + wantedMs);
      slotAtMs = dueAtMs;
      if (running === undefined) arm();
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
