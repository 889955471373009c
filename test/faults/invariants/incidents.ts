import type { Evidence } from '../evidence.ts';

/** INV-8: it has ended, or somebody was called. */
export function everyIncidentEnds({ incidents, pages }: Evidence): readonly string[] {
  return incidents
    .filter(({ id, status }) => status !== 'resolved' && !pages.some(({ incidentId }) => incidentId === id))
    .map(({ id, service, status }) => `incident ${id} of ${service} is ${status}, and nobody was called`);
}
