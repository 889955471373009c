import { type Incident, type Signal, targetKey } from '@cortex/contracts';
import { findSilence } from '@cortex/suppression';
import { dependenciesOf, isDown } from '@cortex/topology';
import { severityRank } from '../levels.ts';
import type { Facts, OpenIncident } from '../model/facts.ts';
import type { Memory } from '../model/memory.ts';
import { addMs, msBetween } from '../time.ts';
import { seenLaterMs } from './affected.ts';

/** When the deferral ends that has begun, or begins now: then the incident is decided by itself. */
export function deferredUntil(
  { deferredSince }: Pick<Memory, 'deferredSince'>,
  { safety }: Pick<Facts, 'safety'>,
  now: string,
): string {
  return addMs(deferredSince ?? now, safety.dependencyWaitMs);
}

/**
 * The service to heal first: the deepest dependency whose trouble plausibly explains this one. What is with humans, and what a
 * silence hides, may take long: it is waited for only by what runs itself. None once the time for all that is up.
 */
export function rootServiceOf(
  incident: Pick<Incident, 'service' | 'signals'> & { readonly startedAt?: string },
  facts: Facts,
  memory: Pick<Memory, 'deferredSince'>,
  now: string,
): string | undefined {
  if (msBetween(deferredUntil(memory, facts, now), now) >= 0) return undefined;
  return dependenciesOf(facts.services, incident.service).findLast((name) => {
    const open = facts.openIncidents.find((one) => one.service === name);
    const isServiceDown = isAnyInstanceDown(facts, name);
    if (isSilenced(facts, name, now)) return !isOwnProcessGone(incident);
    if (open === undefined) return isServiceDown;
    if (!isWithCortex(open)) return isServiceDown && !isOwnProcessGone(incident);
    return isInTroubleNow(open, isServiceDown) && mayExplain(open, isServiceDown, incident);
  });
}

/** Nobody looks at it: it may be down. */
export function isSilenced({ silences }: Pick<Facts, 'silences'>, name: string, now: string): boolean {
  const whole = findSilence(silences, now, ({ service, instance, check }) => {
    return service === name && instance === undefined && check === undefined;
  });
  return whole !== undefined;
}

/** No dependency explains that. */
function isOwnProcessGone({ signals }: Pick<Incident, 'signals'>): boolean {
  return signals.some(({ active, failingCheckTypes }) => active && failingCheckTypes?.includes('process_running'));
}

function isAnyInstanceDown(facts: Facts, service: string): boolean {
  const instances = facts.services.get(service)?.instances ?? [];
  return instances.some((instance) => isDown(facts.health.get(targetKey({ service, instance: instance.id }))?.state));
}

/** What waits for humans may wait for long. */
function isWithCortex({ status }: OpenIncident): boolean {
  return status !== 'escalated' && status !== 'awaiting_approval';
}

/** What has cleared, or only informs, explains nothing any more. */
function isInTroubleNow({ isActive, isHarmful }: OpenIncident, isServiceDown: boolean): boolean {
  return isServiceDown || (isActive !== false && isHarmful !== false);
}

/** A slight trouble takes nothing down, and what comes later causes nothing. */
function mayExplain(
  { severity, startedAt }: OpenIncident,
  isServiceDown: boolean,
  incident: { readonly signals: readonly Signal[]; readonly startedAt?: string },
): boolean {
  if (startedAt !== undefined && incident.startedAt !== undefined) {
    if (msBetween(incident.startedAt, startedAt) > seenLaterMs) return false;
  }
  const isHurt = incident.signals.some(
    ({ active, healthState }) => active && (healthState === 'UNHEALTHY' || healthState === 'CRITICAL'),
  );
  return isServiceDown || !isHurt || severityRank(severity) <= severityRank('SEV2');
}
