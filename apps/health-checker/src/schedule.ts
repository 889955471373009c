export interface Schedule {
  /** Runs now, unless a run is under way; the next regular one follows a whole interval later. */
  runNow(): void;
  /** As at the start: runs within this long, for the second time after a random part of the interval. */
  beginAnew(withinMs: number): void;
  /** From now on runs at this interval; what is due later than that comes earlier. */
  changeInterval(intervalMs: number): void;
  /** Starts no further run and waits for the one under way. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly intervalMs: number;
  readonly firstDelayMs: number;
  /** From 0 to 1; spreads what began together, and what runs equally often. */
  readonly random: () => number;
  /** Gets the moment, on the clock of `performance.now`, at which it was to begin. */
  readonly run: (dueAtMs: number) => Promise<void>;
}

/** How much of the interval each pause may be shorter or longer. */
const jitter = 0.05;

/**
 * Runs something every `intervalMs` on average, for the first time after `firstDelayMs`, for the second time after a random
 * part of the interval. Never two runs at once, and never several to catch up: what was missed is left out.
 */
export function startSchedule(options: ScheduleOptions): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let hasRun = false;
  let { intervalMs } = options;
  let dueAtMs = performance.now() + options.firstDelayMs;

  const arm = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(begin, Math.max(0, dueAtMs - performance.now()));
  };
  const begin = (): void => {
    if (stopped || running !== undefined) return;
    running = runOnce();
  };
  const nextPauseMs = (): number => {
    const part = hasRun ? 1 + jitter * (2 * options.random() - 1) : (1 + options.random()) / 2;
    hasRun = true;
    return intervalMs * part;
  };
  const runOnce = async (): Promise<void> => {
    const wasDueAtMs = dueAtMs;
    // A late timer must not pull the following runs together.
    dueAtMs = Math.max(dueAtMs, performance.now()) + nextPauseMs();
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
      dueAtMs = performance.now();
      arm();
    },
    beginAnew(withinMs) {
      if (running !== undefined) return;
      hasRun = false;
      dueAtMs = Math.min(dueAtMs, performance.now() + withinMs * options.random());
      arm();
    },
    changeInterval(wantedMs) {
      if (wantedMs === intervalMs) return;
      intervalMs = wantedMs;
      dueAtMs = Math.min(dueAtMs, performance.now() + wantedMs);
      if (running === undefined) arm();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
