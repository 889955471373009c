/** Counts of what was not taken in, by reason. */
export class Rejections {
  readonly #byReason = new Map<string, number>();

  add(reason: string, points = 1): void {
    if (points > 0) this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + points);
  }

  get points(): number {
    return [...this.#byReason.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The most frequent reasons in one sentence. */
  get message(): string {
    const sorted = [...this.#byReason].sort(([, left], [, right]) => right - left);
    const shown = sorted
      .slice(0, 5)
      .map(([reason, count]) => `${count} ${count === 1 ? 'point' : 'points'}: ${reason}`);
    const rest = sorted.length - shown.length;
    return [...shown, ...(rest > 0 ? [`and ${rest} more reasons`] : [])].join('; ');
  }
}
