import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export interface AuditMetrics {
  recorded(count: number): void;
  /** Messages that a stream had dropped before the audit saw them. */
  missed(stream: string, count: number): void;
  setActive(isActive: boolean): void;
}

export function createAuditMetrics(registry: Registry): AuditMetrics {
  const records = new Counter({
    name: 'cortex_audit_records_total',
    help: 'Records appended to the audit chain',
    registers: [registry],
  });
  const missed = new Counter({
    name: 'cortex_audit_missed_total',
    help: 'Messages that were gone from their stream before the audit could take them in',
    labelNames: ['stream'],
    registers: [registry],
  });
  const active = new Gauge({
    name: 'cortex_audit_active',
    help: '1 while this instance writes the chain, 0 while it stands by',
    registers: [registry],
  });
  return {
    recorded: (count) => records.inc(count),
    missed: (stream, count) => missed.inc({ stream }, count),
    setActive: (isActive) => active.set(isActive ? 1 : 0),
  };
}
