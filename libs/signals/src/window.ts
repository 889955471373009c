/**
 * A span of time by our own clock. Records that arrive within it are counted in it, whatever time they claim: senders
 * batch for seconds and their clocks differ, so windows by their time would have to be held open for the last of them,
 * and a series would be reported late, or twice. Late records count as present load; nothing is lost and nothing waits.
 */
export class Window {
  #openedAtMs: number;

  constructor(openedAtMs: number) {
    this.#openedAtMs = openedAtMs;
  }

  /** Closes it and opens the next. Its length in seconds, or undefined where the clock has not moved on: it stays open. */
  roll(nowMs: number): number | undefined {
    const seconds = (nowMs - this.#openedAtMs) / 1_000;
    if (seconds > 0 || nowMs < this.#openedAtMs) this.#openedAtMs = nowMs;
    return seconds > 0 ? seconds : undefined;
  }
}
