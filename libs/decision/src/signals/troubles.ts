import type { Signal } from '@cortex/contracts';

/**
 * What is in trouble, by names that are the same when it comes back: the health of an instance, whichever check saw it first, or a
 * metric of it.
 */
export function troublesOf(signals: readonly Signal[]): string[] {
  const names = signals.map(({ kind, key, metric, target }) =>
    kind === 'health' ? key : `${metric ?? ''}@${target.instance ?? ''}`,
  );
  return [...new Set(names)];
}
