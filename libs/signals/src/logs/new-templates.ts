import type { Level } from './level.ts';

/** Windows for which a template is new: one alone would be over before any detector believes it. */
const newForWindows = 6;

const severities = ['warn_or_worse', 'other'] as const;
export type NewSeverity = (typeof severities)[number];

/** How many templates are new, by their severity. */
export class NewTemplates {
  #open = noneNew();
  /** Of the last windows, the newest last. */
  readonly #closed: Record<NewSeverity, number>[] = [];

  add(level: Level): void {
    this.#open[level === 'other' ? 'other' : 'warn_or_worse'] += 1;
  }

  /** Closes the window; templates that were first seen in it or in the five before. */
  close(): readonly (readonly [NewSeverity, number])[] {
    this.#closed.push(this.#open);
    if (this.#closed.length > newForWindows) this.#closed.shift();
    this.#open = noneNew();
    return severities.map((severity) => [severity, this.#closed.reduce((sum, counts) => sum + counts[severity], 0)]);
  }
}

function noneNew(): Record<NewSeverity, number> {
  return { warn_or_worse: 0, other: 0 };
}
