export interface Ranking {
  /** At the best threshold for this entity, row by row: nothing is adjusted. */
  readonly f1: number;
  /** Average precision: the area under precision over recall. */
  readonly ap: number;
}

/** How well scores put the labelled rows before the others. Equal scores stand or fall together. */
export function rankingOf(scores: ArrayLike<number>, labels: Uint8Array): Ranking {
  const order = Array.from(labels.keys()).sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0));
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let hits = 0;
  let f1 = 0;
  let ap = 0;
  let recallBefore = 0;
  for (const [index, row] of order.entries()) {
    hits += labels[row] ?? 0;
    const next = order[index + 1];
    if (next !== undefined && scores[next] === scores[row]) continue;
    const precision = hits / (index + 1);
    const recall = hits / positives;
    ap += (recall - recallBefore) * precision;
    recallBefore = recall;
    f1 = Math.max(f1, (2 * hits) / (index + 1 + positives));
  }
  return { f1, ap };
}

export function meanRanking(rankings: readonly Ranking[]): Ranking {
  const sums = { f1: 0, ap: 0 };
  for (const { f1, ap } of rankings) {
    sums.f1 += f1 / rankings.length;
    sums.ap += ap / rankings.length;
  }
  return sums;
}
