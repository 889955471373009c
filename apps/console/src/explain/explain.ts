import type { Incident } from '@cortex/contracts';
import type { ApiDependencies } from '../api/dependencies.ts';
import { readVerifications } from '../readers/verification-reader.ts';
import type { Explanation } from '@cortex/api';
import { timeline } from './timeline.ts';

/** Joins the incident's record with the evidence and the pages that are kept elsewhere. */
export async function explain(
  { bus, escalations }: Pick<ApiDependencies, 'bus' | 'escalations'>,
  incident: Incident,
): Promise<Explanation> {
  const [verifications, escalation] = await Promise.all([
    readVerifications(bus, incident),
    incident.escalations.length === 0 ? undefined : escalations.get(incident.id),
  ]);
  const notifications = escalation?.value.notifications ?? [];
  return {
    incident,
    verifications: [...verifications],
    notifications,
    timeline: [...timeline(incident, verifications, notifications)],
  };
}
