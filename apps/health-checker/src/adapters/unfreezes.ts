import type { Bus } from '@cortex/bus';
import { targetKey, unfreezeBucket, type Target } from '@cortex/contracts';

/** When people last lifted the freeze of each target. */
export interface Unfreezes {
  /** Undefined: nobody did. */
  lastOf(target: Target): string | undefined;
  /** Calls back when the freeze of this target is lifted. The returned function unsubscribes. */
  onLift(target: Target, listener: () => void): () => void;
  stop(): Promise<void>;
}

export async function followUnfreezes(bus: Bus): Promise<Unfreezes> {
  const lifted = new Map<string, string>();
  const listeners = new Map<string, Set<() => void>>();
  const bucket = await bus.bucket(unfreezeBucket);
  const watch = await bucket.watch((key, entry) => {
    if (entry === undefined) {
      lifted.delete(key);
      return;
    }
    lifted.set(key, entry.value.at);
    for (const listener of listeners.get(key) ?? []) listener();
  });
  return {
    lastOf: (target) => lifted.get(targetKey(target)),
    onLift(target, listener) {
      const key = targetKey(target);
      const known = listeners.get(key) ?? new Set();
      listeners.set(key, known.add(listener));
      return () => void known.delete(listener);
    },
    stop: () => watch.stop(),
  };
}
