import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export interface PageMetrics {
  /** One attempt to send a page ended. */
  attempted(channel: string, outcome: 'delivered' | 'retry' | 'failed'): void;
  /** How many escalations are open. */
  setOpen(count: number): void;
}

export function createPageMetrics(registry: Registry): PageMetrics {
  const pages = new Counter({
    name: 'cortex_pages_total',
    help: 'Attempts to send a page, by channel and outcome',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  const open = new Gauge({
    name: 'cortex_escalations_open',
    help: 'Escalations with a level, a repeat or a page still to come',
    registers: [registry],
  });
  return {
    attempted: (channel, outcome) => pages.inc({ channel, outcome }),
    setOpen: (count) => open.set(count),
  };
}
