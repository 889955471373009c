import type { IncidentItem } from '@cortex/api';
import type { Silence } from '@cortex/contracts';
import { silencedText, untilText } from '../../output/silence-text.ts';

/** What of an open incident's service is silenced now, and until when; undefined for nothing. */
export function silencedOf(
  { service, status, instances }: Pick<IncidentItem, 'service' | 'status'> & { readonly instances: readonly string[] },
  silences: readonly Silence[],
  now: string,
): string | undefined {
  if (status === 'resolved') return undefined;
  const own = silences.filter(
    (one) =>
      one.service === service &&
      (one.instance === undefined || instances.includes(one.instance)) &&
      one.startsAt <= now,
  );
  return own.map((one) => `${silencedText(one)} ${untilText(one)}`).join(', ') || undefined;
}
