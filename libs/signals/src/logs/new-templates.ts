import type { Template } from './template-tree.ts';

/** Windows for which a template is new: a single one would be over before any detector opens an anomaly. */
const newForWindows = 6;

const severities = ['warn_or_worse', 'other'] as const;
export type NewSeverity = (typeof severities)[number];

/** New templates of one window that are named; the count includes all. */
const namedPerWindow = 10;

/** Counts new templates, by severity. */
export class NewTemplates {
  #open = noneNew();
  /** Of the last windows, the newest last. */
  readonly #closed: Record<NewSeverity, number>[] = [];

  #named: Template[] = [];

  add(template: Template): void {
    this.#open[template.level === 'other' ? 'other' : 'warn_or_worse'] += 1;
    if (this.#named.length < namedPerWindow) this.#named.push(template);
  }

  /** The first of the templates that are new since the last call. */
  takeNamed(): readonly Template[] {
    const named = this.#named;
    this.#named = [];
    return named;
  }

  /** Closes the window; counts templates that were first seen in it or in the five before. */
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
