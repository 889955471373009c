import type { SeriesSample } from '@cortex/contracts';
import { maxLabelLength, maxSources, type SignalSettings } from '../limits.ts';
import { cutTo } from '../cut-to.ts';
import { BoundedIndex } from '../bounded-index.ts';
import { sourceKey, sourceOf, type Source } from '../source.ts';
import { Window } from '../window.ts';
import { Requests } from './requests.ts';
import { isRequest, type Span } from './span.ts';

interface Operation {
  readonly name: string;
  requests: Requests;
}

interface Served {
  readonly source: Source;
  readonly operations: BoundedIndex<Operation>;
  /** The requests of operations beyond the limit. */
  readonly other: Operation;
}

/** The name of the requests beyond the limit of operations. */
const otherOperations = 'other';

/** Turns spans into samples of request rate, errors and duration, by operation and over all of them, window by window. */
export class TraceSignals {
  readonly #settings: SignalSettings;
  readonly #window: Window;
  readonly #sources: BoundedIndex<Served>;

  constructor(settings: SignalSettings, openedAtMs: number) {
    this.#settings = settings;
    this.#window = new Window(openedAtMs);
    this.#sources = new BoundedIndex(maxSources, settings.silentAfterMs);
  }

  /** Counts a span that has just arrived, if it is a request. False where its source is one too many. */
  add(span: Span, nowMs: number): boolean {
    if (!isRequest(span)) return true;
    const served = this.#sources.see(sourceKey(span), nowMs, () => this.#newSource(span));
    if (served === undefined) return false;
    const name = span.name === '' ? 'unnamed' : cutTo(maxLabelLength, span.name);
    const create = (): Operation => ({ name, requests: new Requests() });
    const operation = name === otherOperations ? served.other : served.operations.see(name, nowMs, create);
    (operation ?? served.other).requests.add(span);
    return true;
  }

  /** Closes the window. */
  close(nowMs: number): SeriesSample[] {
    const seconds = this.#window.roll(nowMs);
    if (seconds === undefined) return [];
    return this.#sources.active(nowMs).flatMap((served) => closeSource(served, nowMs, seconds));
  }

  #newSource(span: Span): Served {
    const { operations, silentAfterMs } = this.#settings;
    return {
      source: sourceOf(span),
      operations: new BoundedIndex(operations, silentAfterMs),
      other: { name: otherOperations, requests: new Requests() },
    };
  }
}

function closeSource({ source, operations, other }: Served, nowMs: number, seconds: number): SeriesSample[] {
  const all = new Requests();
  const samples = [...operations.active(nowMs), other].flatMap((operation) => {
    const { name, requests } = operation;
    if (!requests.isEmpty) operation.requests = new Requests();
    all.merge(requests);
    // No sample for `other` while it is empty.
    if (operation === other && requests.isEmpty) return [];
    return requests.samples(source, { operation: name }, nowMs, seconds);
  });
  return [...all.samples(source, {}, nowMs, seconds), ...samples];
}
