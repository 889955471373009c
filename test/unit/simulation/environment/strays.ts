import { derivedId } from '@cortex/bus';
import { draft, remediationRequested } from '@cortex/contracts';
import type { Remediation } from '@cortex/contracts';
import { configuration, targets } from '../catalogue.ts';
import type { Schedule } from '../schedule.ts';
import type { Site } from '../site.ts';
import { neighbourOf } from './neighbour.ts';

const prefix = 'stray-';

/** True for an execution that no decision asked for. */
export function isStray(executionId: string): boolean {
  return executionId.startsWith(prefix);
}

/**
 * Requests that decision did not make, or made when the world was another: whatever asks, the executor holds to what it
 * must not do. It is the last that can say no.
 */
export function sendStrays(site: Site): void {
  const { scheduler, schedule } = site;
  const { bus } = neighbourOf(site, '/cortex/decision');
  for (const [index, stray] of schedule.strays.entries()) {
    scheduler.after(stray.atMs, () => {
      const remediation = remediationOf(stray, index, scheduler.nowMs);
      const [service] = remediation.targets.map((target) => target.service);
      if (service === undefined) return;
      const { incidentId } = remediation;
      const event = draft(remediationRequested, { service, incidentId, data: remediation });
      bus.publish(event).catch(() => site.trace('a stray request is lost'));
    });
  }
}

function remediationOf(stray: Schedule['strays'][number], index: number, nowMs: number) {
  const { target: at, playbook: id, ageMs, isWide = false } = stray;
  const target = targets[at % targets.length];
  const service = configuration.services.find(({ name }) => name === target?.service);
  const facts = service?.instances.find((one) => one.id === target?.instance);
  const playbook = configuration.playbooks.find((one) => one.id === id);
  if (target === undefined || facts === undefined || playbook === undefined) throw new RangeError(`no target ${at}`);
  const everywhere = (service?.instances ?? []).map((one) => ({
    service: target.service,
    instance: one.id,
    facts: one,
  }));
  const requestedMs = nowMs - ageMs;
  return {
    executionId: `${prefix}${index}`,
    incidentId: derivedId({ id: `${prefix}${index}`, time: new Date(requestedMs).toISOString() }),
    attempt: 1,
    playbook,
    targets: isWide ? everywhere : [{ ...target, facts }],
    maxUnavailable: service?.maxUnavailable ?? 1,
    dryRun: false,
    requestedAt: new Date(requestedMs).toISOString(),
    expiresAt: new Date(requestedMs + configuration.safety.planTtlMs).toISOString(),
  } satisfies Remediation;
}
