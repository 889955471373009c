import { setMaxListeners } from 'node:events';
import { OutboundRefusedError } from '@cortex/outbound';
import type { HttpClient, HttpRequest } from '@cortex/outbound';
import { causeOf } from '../../cause-of.ts';
import { statusProblems } from '../../http/expected-status.ts';
import type { ExpectedStatus } from '../../http/expected-status.ts';
import type { RequestBudget } from './request-budget.ts';

export interface Shot extends Omit<HttpRequest, 'signal'> {
  readonly expectedStatus: ExpectedStatus;
  readonly concurrentRequests: number;
}

/** The result of a benchmark. */
export interface Hits {
  /** Of every request that was answered, or aborted at the end: the time that it took until then. */
  readonly latenciesMs: readonly number[];
  readonly errors: number;
  readonly unfinished: number;
  /** The kinds of errors, in their words, with counts; at most ten. */
  readonly kinds: ReadonlyMap<string, number>;
}

const maxKinds = 10;

/** Sends requests, a bounded number at once, until the budget is used up or `issue` aborts; `end` aborts those under way. */
export async function fireRequests(
  client: HttpClient,
  { expectedStatus, concurrentRequests, ...request }: Shot,
  budget: RequestBudget,
  signals: { readonly issue: AbortSignal; readonly end: AbortSignal },
): Promise<Hits> {
  // Each request under way has a listener; their number is no leak.
  setMaxListeners(0, signals.end);
  const latenciesMs: number[] = [];
  const kinds = new Map<string, number>();
  let errors = 0;
  let unfinished = 0;
  const count = (kind: string): void => {
    errors += 1;
    if (kinds.has(kind) || kinds.size < maxKinds) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  };
  const work = async (): Promise<void> => {
    while (!signals.issue.aborted && !signals.end.aborted && budget.take()) {
      const startedAt = performance.now();
      try {
        const { status } = await client.send({ ...request, signal: signals.end });
        latenciesMs.push(performance.now() - startedAt);
        const problem = statusProblems(expectedStatus, status)[0];
        if (problem !== undefined) count(problem);
      } catch (error) {
        // A refused address says nothing about the target.
        if (error instanceof OutboundRefusedError) throw error;
        if (signals.end.aborted) {
          unfinished += 1;
          latenciesMs.push(performance.now() - startedAt);
          count('no answer before the end');
        } else count(causeOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: concurrentRequests }, work));
  return { latenciesMs, errors, unfinished, kinds };
}
