import type { CollectorSettings } from '@cortex/contracts';
import { withDeadline } from '@cortex/runtime';
import { maxBodyBytes } from '../http/body.ts';
import type { LabelMapping } from '../prometheus/identify.ts';
import { QueryError, readQueryResult, type Query, type QueryResult } from '../prometheus/query-result.ts';

type Server = CollectorSettings['prometheus'][number];

export interface PrometheusServerOptions {
  readonly server: Server;
  readonly mapping: LabelMapping;
  readonly onResult: (query: Query, result: QueryResult) => void;
  readonly onFailure: (query: Query, error: unknown) => void;
  readonly nowMs: () => number;
}

/** All queries of one poll are answered or given up by then. */
const maxPollMs = 30_000;

/** Sends one Prometheus server its queries, one after the other. A failed one does not stop the rest. */
export class PrometheusServer {
  readonly #options: PrometheusServerOptions;
  readonly #closing = new AbortController();

  constructor(options: PrometheusServerOptions) {
    this.#options = options;
  }

  poll(): Promise<void> {
    const timeoutMs = Math.min(this.#options.server.intervalMs, maxPollMs);
    return withDeadline(timeoutMs, this.#closing.signal, (signal) => this.#askAll(signal));
  }

  /** Ends the poll that is under way. */
  close(): void {
    this.#closing.abort();
  }

  async #askAll(signal: AbortSignal): Promise<void> {
    const { server, mapping, onResult, onFailure, nowMs } = this.#options;
    for (const query of server.queries) {
      try {
        const json = await this.#ask(query, signal);
        onResult(query, readQueryResult(json, query, mapping, nowMs()));
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        onFailure(query, error);
      }
    }
  }

  async #ask({ query }: Query, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const url = `${this.#options.server.url.replace(/\/+$/, '')}/api/v1/query`;
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ query }), signal });
    const text = await readAtMost(response, maxBodyBytes);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new QueryError(`the answer has the status ${response.status} and is no JSON`);
    }
  }
}

async function readAtMost({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new QueryError(`the answer is larger than ${maxBytes} bytes; ask for fewer series`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
