export interface FlappingSettings {
  readonly returns: number;
  readonly withinMs: number;
}

export interface FlappingState {
  readonly flapping: boolean;
  /** Returns of trouble within the span, epoch milliseconds, oldest first. */
  readonly recentReturns: number[];
  /** When flapping began, epoch milliseconds. Present while the target flaps. */
  readonly frozenAt?: number | undefined;
}

export interface FlappingQuestion {
  /** The target has got worse after it had got better. */
  readonly isReturn: boolean;
  readonly isInTrouble: boolean;
  /** When a human last lifted the freeze, epoch milliseconds: what came before counts no more. */
  readonly unfrozenAtMs?: number | undefined;
}

/**
 * Flapping begins with more than `returns` returns within the span. It ends when a whole span has seen none and the target
 * is in no trouble, or when a human lifts it.
 */
export function stepFlapping(
  before: FlappingState,
  { isReturn, isInTrouble, unfrozenAtMs = 0 }: FlappingQuestion,
  settings: FlappingSettings,
  nowMs: number,
): FlappingState {
  const since = Math.max(nowMs - settings.withinMs, unfrozenAtMs);
  const kept = before.recentReturns.filter((at) => at > since);
  // One more than the limit is enough to decide, and keeps the list bounded.
  const recentReturns = (isReturn ? [...kept, nowMs] : kept).slice(-(settings.returns + 1));
  const wasFrozen = before.flapping && (before.frozenAt ?? 0) > unfrozenAtMs;
  const isQuiet = recentReturns.length === 0 && !isInTrouble;
  const flapping = wasFrozen ? !isQuiet : recentReturns.length > settings.returns;
  return flapping
    ? { flapping, recentReturns, frozenAt: wasFrozen ? before.frozenAt : nowMs }
    : { flapping, recentReturns };
}
