import type { IncidentSeverity } from '@cortex/contracts';
import { type Work, change, remember } from './work.ts';

/** Gives the incident this severity, and keeps since when it has it, and why. */
export function setSeverity(work: Work, severity: IncidentSeverity, why: string): void {
  if (severity === work.incident.severity) return;
  change(work, { severity });
  remember(work, { severityFrom: { at: work.now, why: why.slice(0, 300) } });
}
