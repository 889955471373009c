import type { Explanation } from '@cortex/api';
import type { Incident } from '@cortex/contracts';
import type { ApiDependencies } from '../api/dependencies.ts';
import { readVerifications } from '../readers/verification-reader.ts';
import { explanationOf } from './explanation.ts';

/** Joins the incident's record with the evidence and the pages that are stored elsewhere. */
export async function explain(
  { bus, escalations, escalationArchive }: Pick<ApiDependencies, 'bus' | 'escalations' | 'escalationArchive'>,
  incident: Incident,
): Promise<Explanation> {
  const [verifications, escalation] = await Promise.all([
    readVerifications(bus, incident),
    incident.escalations.length === 0
      ? undefined
      : escalations.get(incident.id).then((found) => found ?? escalationArchive.get(incident.id)),
  ]);
  return explanationOf(incident, verifications, escalation?.value);
}
