/** Samples for which a score suppresses lesser ones. */
const silentFor = 48;
/** A score this many times as high is reported all the same. */
const clearlyWorse = 1.2;

/**
 * Of a run of high scores only the first, and those clearly higher than all of the last 48 samples: one alarm for one
 * fault. Constant work per score on average.
 */
export class Refractory {
  /** Scores that no later one has reached, the largest first, and their positions. */
  readonly #scores: number[] = [];
  readonly #times: number[] = [];
  #now = 0;

  /** The score, or 0 if it is suppressed. */
  pass(score: number): number {
    this.#now += 1;
    if ((this.#times[0] ?? this.#now) < this.#now - silentFor) {
      this.#scores.shift();
      this.#times.shift();
    }
    const worst = this.#scores[0] ?? 0;
    while (this.#scores.length > 0 && (this.#scores.at(-1) ?? 0) <= score) {
      this.#scores.pop();
      this.#times.pop();
    }
    this.#scores.push(score);
    this.#times.push(this.#now);
    return score > worst * clearlyWorse ? score : 0;
  }
}
