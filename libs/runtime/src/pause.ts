import type { Runtime } from './runtime.ts';

/**
 * Resolves after `ms`, or at once when one of the signals aborts. Removes its listeners: the signals live as long as
 * the process, and each `AbortSignal.any` would leave one behind in them.
 */
export function pause(runtime: Pick<Runtime, 'after'>, ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return waitFor(runtime, ms, signals, () => () => {});
}

/** Like {@link pause}, but also resolves when `subscribe` calls back; the function that it returns unsubscribes. */
export function waitFor(
  runtime: Pick<Runtime, 'after'>,
  ms: number,
  signals: readonly AbortSignal[],
  subscribe: (done: () => void) => () => void,
): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((signal) => signal.aborted)) {
      resolve();
      return;
    }
    const done = (): void => {
      timer?.cancel();
      unsubscribe();
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = Number.isFinite(ms) ? runtime.after(ms, done) : undefined;
    const unsubscribe = subscribe(done);
    for (const signal of signals) signal.addEventListener('abort', done, { once: true });
  });
}

/** A growing delay with jitter: attempt 1 waits about `firstMs`, later ones up to `maxMs`. */
export function backOffMs(runtime: Pick<Runtime, 'random'>, attempt: number, firstMs: number, maxMs: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return Math.ceil(full * (0.5 + runtime.random() / 2));
}
