export interface FlappingSettings {
  readonly changes: number;
  readonly withinMs: number;
}

export interface FlappingState {
  readonly flapping: boolean;
  /** State changes within the span, epoch milliseconds, oldest first. */
  readonly recentChanges: number[];
}

/** Flapping begins with more than `changes` changes within the span, and ends when a whole span has seen none. */
export function stepFlapping(
  before: FlappingState,
  changed: boolean,
  settings: FlappingSettings,
  nowMs: number,
): FlappingState {
  const since = nowMs - settings.withinMs;
  const kept = before.recentChanges.filter((at) => at > since);
  // One more than the limit is enough to decide, and keeps the list bounded.
  const recentChanges = (changed ? [...kept, nowMs] : kept).slice(-(settings.changes + 1));
  const flapping = before.flapping ? recentChanges.length > 0 : recentChanges.length > settings.changes;
  return { flapping, recentChanges };
}
