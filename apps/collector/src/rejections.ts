/** Why a sample was rejected. */
export type RejectionReason =
  | 'bad_histogram'
  | 'bad_name'
  | 'bad_time'
  | 'beyond_limits'
  | 'from_the_future'
  | 'not_finite'
  | 'out_of_order'
  | 'too_many_series'
  | 'too_many_sources'
  | 'too_much_waiting'
  | 'unread_kind';

/** The reason of a rejection: a label for the counter, and a text for people. */
export class Rejection {
  readonly reason: RejectionReason;
  readonly text: string;

  constructor(reason: RejectionReason, text: string) {
    this.reason = reason;
    this.text = text;
  }
}

/** Counts of rejected items. */
export class Rejections {
  readonly #one: string;
  readonly #byText = new Map<string, { readonly reason: RejectionReason; points: number }>();

  /** `one` is the word for one item. */
  constructor(one = 'point') {
    this.#one = one;
  }

  add({ reason, text }: Rejection, points = 1): void {
    if (points <= 0) return;
    const known = this.#byText.get(text);
    if (known === undefined) this.#byText.set(text, { reason, points });
    else known.points += points;
  }

  get points(): number {
    return [...this.#byText.values()].reduce((sum, { points }) => sum + points, 0);
  }

  get byReason(): ReadonlyMap<RejectionReason, number> {
    const counts = new Map<RejectionReason, number>();
    for (const { reason, points } of this.#byText.values()) counts.set(reason, (counts.get(reason) ?? 0) + points);
    return counts;
  }

  /** The most frequent reasons in one sentence. */
  get message(): string {
    const sorted = [...this.#byText].sort(([, left], [, right]) => right.points - left.points);
    const shown = sorted
      .slice(0, 5)
      .map(([text, { points }]) => `${points} ${points === 1 ? this.#one : `${this.#one}s`}: ${text}`);
    const rest = sorted.length - shown.length;
    return [...shown, ...(rest > 0 ? [`and ${rest} more reasons`] : [])].join('; ');
  }
}
