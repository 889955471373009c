import type { HttpReceiver } from '@cortex/testing';

/** A page as its receiver got it. */
export interface ReceivedPage {
  readonly key: string;
  readonly kind: string;
  readonly severity: string;
  readonly incidentId: string;
  readonly service: string;
  readonly level: number;
  readonly atMs: number;
}

export function pagesOf(requests: HttpReceiver['requests']): readonly ReceivedPage[] {
  return requests
    .filter(({ path }) => path === '/page')
    .map(({ headers, body, atMs }) => {
      const { kind, severity, incidentId, service, level } = JSON.parse(body) as Omit<ReceivedPage, 'key' | 'atMs'>;
      return { key: String(headers['cortex-dedupe-key']), kind, severity, incidentId, service, level, atMs };
    });
}
