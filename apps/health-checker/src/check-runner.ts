import { runCheck, type RunCheckOptions } from '@cortex/checks';
import type { CheckDefinition, CheckOutcome, Instance } from '@cortex/contracts';
import { Slots, type Pace, type Runtime } from '@cortex/runtime';
import type { HealthMetrics } from './metrics.ts';
import type { FindSuppression } from './suppressions.ts';

/** Checks under way in this process, and how many of them may be slow ones. */
const maxRunning = 128;
const maxSlow = 96;

/** A deep or comprehensive check that takes longer than this counts as slow; a shallow one when it reaches its timeout. */
const quickMs = 250;

export interface CheckRunnerOptions {
  /** What every check gets besides its own definition. */
  readonly checkOptions: Pick<RunCheckOptions, 'registry' | 'outbound' | 'leftoversOf'>;
  readonly findSuppression: FindSuppression;
  readonly metrics: Pick<HealthMetrics, 'started' | 'checked' | 'paused'>;
  readonly runtime: Runtime;
}

/** Receives the progress of a check. */
export interface CheckListener {
  readonly take: (outcome: CheckOutcome) => void;
  /** The first attempt has failed; the retries are still to come. */
  readonly doubt: () => void;
}

/** Runs the checks of all targets, a bounded number at once. */
export class CheckRunner {
  readonly #options: CheckRunnerOptions;
  readonly #slots = new Slots(maxRunning, maxSlow);
  /** The pace of each check's last run; before the first run its tier decides. */
  readonly #paces = new WeakMap<CheckDefinition, Pace>();

  constructor(options: CheckRunnerOptions) {
    this.#options = options;
  }

  /** Hands the outcome on, unless the signal aborts first. Resolves to false when the check is suppressed instead. */
  async run(
    check: CheckDefinition,
    facts: Instance,
    dueAtMs: number,
    signal: AbortSignal,
    { take, doubt }: CheckListener,
  ): Promise<boolean> {
    const { checkOptions, findSuppression, metrics, runtime } = this.#options;
    const pace = this.#paces.get(check) ?? (check.tier === 'shallow' ? 'quick' : 'slow');
    let hasRun = false;
    await this.#slots.use(pace, signal, async () => {
      if (findSuppression(check, runtime.now()) !== undefined) {
        metrics.paused();
        return;
      }
      hasRun = true;
      const startedAtMs = runtime.monotonicMs();
      metrics.started((startedAtMs - dueAtMs) / 1_000, pace);
      const outcome = await runCheck(check, facts, {
        ...checkOptions,
        now: runtime.now,
        runtime,
        signal,
        onFirstFailure: doubt,
      });
      this.#paces.set(check, paceOf(outcome));
      if (signal.aborted) return;
      metrics.checked(outcome);
      take(outcome);
    });
    return hasRun;
  }
}

function paceOf(outcome: CheckOutcome): Pace {
  if (outcome.result === 'timeout') return 'slow';
  return outcome.tier !== 'shallow' && outcome.durationMs > quickMs ? 'slow' : 'quick';
}
