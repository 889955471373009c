import type { EscalationPlanItem, EscalationRecord } from '@cortex/contracts';

export function skipIfWaiting(item: EscalationPlanItem): EscalationPlanItem {
  return item.status === 'waiting' ? { ...item, status: 'skipped' } : item;
}

export function withoutEnd(record: EscalationRecord): EscalationRecord {
  const { endedAt: _, ...open } = record;
  return open;
}

export function remember(applied: readonly string[], id: string): string[] {
  return [...applied, id].slice(-256);
}
