import { isFailure, type CheckResultKind } from '@cortex/contracts';
import { paint } from './paint.ts';

/** One result as a bar. */
export interface Bar {
  readonly durationMs: number;
  readonly result: CheckResultKind;
}

const levels = '▁▂▃▄▅▆▇█';

/**
 * One character a result, the newest `width` of them, oldest first: how long it took beside the slowest one that passed.
 * `✗` failed, `?` could not be made.
 */
export function sparkline(bars: readonly Bar[], width: number, hasColour: boolean): string {
  const shown = width <= 0 ? [] : bars.slice(-width);
  const slowestMs = Math.max(1, ...shown.filter(({ result }) => result === 'pass').map(({ durationMs }) => durationMs));
  return shown
    .map(({ durationMs, result }) => {
      if (isFailure(result)) return paint('red', '✗', hasColour);
      if (result === 'error') return paint('yellow', '?', hasColour);
      const level = Math.ceil((durationMs / slowestMs) * levels.length) - 1;
      return levels[Math.max(0, level)];
    })
    .join('');
}
