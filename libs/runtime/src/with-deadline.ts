import type { Runtime } from './runtime.ts';
import { systemRuntime } from './system-runtime.ts';

/**
 * Runs `work` with a signal that aborts with a `TimeoutError` after `timeoutMs`, or when `stop` aborts, with its
 * reason. Used in place of `AbortSignal.any` over `AbortSignal.timeout`: Node before 24 loses such a timeout at garbage
 * collection, and the work would hang forever.
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  stop: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
  runtime: Pick<Runtime, 'after'> = systemRuntime,
): Promise<Result> {
  const controller = new AbortController();
  const timer = runtime.after(timeoutMs, () => {
    controller.abort(new DOMException(`not done within ${timeoutMs} ms`, 'TimeoutError'));
  });
  const follow = (): void => controller.abort(stop?.reason);
  if (stop?.aborted === true) follow();
  else stop?.addEventListener('abort', follow, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
    stop?.removeEventListener('abort', follow);
  }
}
