export interface Schedule {
  /** Runs now, unless a run is under way; the next regular one follows a whole interval later. */
  runNow(): void;
  /** Starts no further run and waits for the one under way. */
  stop(): Promise<void>;
}

/**
 * Runs something every `intervalMs`, for the first time after `firstDelayMs`. Never two runs at once, and never several
 * to catch up: what was missed is left out.
 */
export function startSchedule(options: {
  readonly intervalMs: number;
  readonly firstDelayMs: number;
  readonly run: () => Promise<void>;
}): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let dueAt = performance.now() + options.firstDelayMs;

  const arm = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(begin, Math.max(0, dueAt - performance.now()));
  };
  const begin = (): void => {
    if (stopped || running !== undefined) return;
    running = runOnce();
  };
  const runOnce = async (): Promise<void> => {
    // A late timer must not pull the following runs together.
    dueAt = Math.max(dueAt, performance.now()) + options.intervalMs;
    try {
      await options.run();
    } finally {
      running = undefined;
      arm();
    }
  };

  arm();
  return {
    runNow() {
      if (running !== undefined) return;
      dueAt = performance.now();
      arm();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
