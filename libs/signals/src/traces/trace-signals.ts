import type { SeriesSample } from '@cortex/contracts';
import { maxLabelLength, maxSources, type SignalSettings } from '../limits.ts';
import { cutTo } from '../cut-to.ts';
import { Roster } from '../roster.ts';
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
  readonly operations: Roster<Operation>;
  /** Of the operations that found no place. */
  readonly other: Operation;
}

/** What the requests beyond the limit of operations are called. */
const otherOperations = 'other';

/** Spans in, samples of request rate, errors and duration out, by operation and over all of them, window by window. */
export class TraceSignals {
  readonly #settings: SignalSettings;
  readonly #window: Window;
  readonly #sources: Roster<Served>;

  constructor(settings: SignalSettings, openedAtMs: number) {
    this.#settings = settings;
    this.#window = new Window(openedAtMs);
    this.#sources = new Roster(maxSources, settings.silentAfterMs);
  }

  /** Counts a span that has come in now, if it is a request. False where it is of one source too many. */
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
      operations: new Roster(operations, silentAfterMs),
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
    // Nothing is said of others while there are none.
    if (operation === other && requests.isEmpty) return [];
    return requests.samples(source, { operation: name }, nowMs, seconds);
  });
  return [...all.samples(source, {}, nowMs, seconds), ...samples];
}
