import { startHttpReceiver } from '@cortex/testing';

/** A target that Prometheus can scrape. */
export interface ScrapeTarget {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** What it exposes from now on. */
  show(metrics: string | (() => string)): void;
  stop(): Promise<void>;
}

export async function startScrapeTarget(): Promise<ScrapeTarget> {
  let metrics: string | (() => string) = '';
  const server = await startHttpReceiver();
  server.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(typeof metrics === 'string' ? metrics : metrics());
  };
  return {
    address: new URL(server.url).host,
    show: (shown) => void (metrics = shown),
    stop: () => server.stop(),
  };
}
