import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { withDeadline } from './with-deadline.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Settles when the signal aborts, with the name of its reason. */
function untilAborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve((signal.reason as Error).name);
    else signal.addEventListener('abort', () => resolve((signal.reason as Error).name));
  });
}

describe('a deadline', () => {
  it('comes however often garbage is collected meanwhile', async () => {
    const waiting = Array.from({ length: 50 }, () => withDeadline(60, new AbortController().signal, untilAborted));
    const collecting = setInterval(collectGarbage, 5);
    try {
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['TimeoutError']));
    } finally {
      clearInterval(collecting);
    }
  });

  it('yields to a signal that aborts first, with its reason', async () => {
    const stop = new AbortController();
    const work = withDeadline(60_000, stop.signal, untilAborted);
    stop.abort(new DOMException('enough', 'AbortError'));
    expect(await work).toBe('AbortError');
    expect(await withDeadline(60_000, stop.signal, untilAborted)).toBe('AbortError');
  });

  it('is over when the work is', async () => {
    let seen: AbortSignal | undefined;
    const stop = new AbortController();
    const answer = await withDeadline(60_000, stop.signal, (signal) => {
      seen = signal;
      return Promise.resolve('done');
    });
    stop.abort();
    expect([answer, seen?.aborted]).toEqual(['done', false]);
  });
});
