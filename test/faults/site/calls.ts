import { eventually } from '@cortex/testing';
import { killPatient, type Patient } from '../../system/support/site.ts';
import type { FaultSite, SiteNats } from './fault-site.ts';
import { restartPlaybook } from './playbook.ts';

/** For the first patient alone: when another one dies, people are called. */
export const playbookOfTheFirst = restartPlaybook({ services: ['patient0'] });

/** A patient that no playbook is for dies, and on-call is told. The next level is due 8 s later. */
export async function begunCall(site: FaultSite<SiteNats>, patient: Patient): Promise<void> {
  killPatient(patient);
  await eventually(() => levelsTold(site, patient).includes(1), { timeoutMs: 60_000, intervalMs: 50 });
}

export function levelsTold({ pages }: FaultSite<SiteNats>, { service }: Patient): readonly number[] {
  return pages.filter((page) => page.service === service && page.kind === 'page').map(({ level }) => level);
}
