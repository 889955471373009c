import type { EventType } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { incidentsOf } from '../../system/support/facts.ts';
import type { Chance } from '../scenario.ts';
import type { FaultSite, SiteNats } from './fault-site.ts';

/** The stages of the loop at which harm may be done, from the first failed check to the proof. */
const stages = [
  'health.changed',
  'incident.opened',
  'remediation.requested',
  'remediation.started',
  'remediation.completed',
  'verification.started',
] as const satisfies readonly EventType[];

/** Resolves at a stage of the loop that chance picks, or a moment before or after it. */
export async function untilSomeStage(site: FaultSite<SiteNats>, chance: Chance): Promise<void> {
  const stage = chance.pick(stages);
  const laterMs = chance.between(0, 150);
  await untilEvent(site, stage);
  await new Promise((resolve) => setTimeout(resolve, laterMs));
}

/** A new event of the type, from now on. */
export async function untilEvent(site: FaultSite<SiteNats>, type: EventType): Promise<void> {
  const seen = site.log.of(type).length;
  await eventually(() => site.log.of(type).length > seen, { timeoutMs: 60_000, intervalMs: 10 });
}

/** So many incidents there were, each of them has ended, and every patient serves. */
export function untilHealed(site: FaultSite<SiteNats>, least: number, timeoutMs = 120_000): Promise<void> {
  return eventually(
    async () => {
      const incidents = await incidentsOf(site.bus);
      const open = incidents.filter(({ status }) => status !== 'resolved');
      const words = open.map(({ id, service, status }) => `${id} of ${service} is ${status}`);
      if (incidents.length < least) throw new Error(`${incidents.length} incidents of ${least}`);
      if (open.length > 0) throw new Error(words.join(', '));
      if (site.samples.at(-1)?.up.every(Boolean) !== true) throw new Error('a patient does not serve');
    },
    { timeoutMs, intervalMs: 100 },
  );
}
