import { type GateResult, type Incident, type Silence, targetKey } from '@cortex/contracts';
import { findSilence } from '@cortex/suppression';
import { affectedInstances } from '../assessment/affected.ts';
import type { Facts } from '../model/facts.ts';
import { type GateQuestion, gateResult } from './gate.ts';

type Concerned = Pick<Incident, 'service' | 'signals'>;

/** Somebody asked for a target to be left alone, or it cannot be known that nobody did. */
export function silenceGate({ facts, incident, now }: GateQuestion): GateResult {
  if (facts.silences === undefined)
    return gateResult('silence', 'hold', 'the silences cannot be read, so any may hold', { active: 'unreadable' });
  const silence = silenceOf(incident, facts, now);
  return silence === undefined ? gateResult('silence', 'pass', 'no silence covers it', {}) : heldBySilence(silence);
}

/** What the gate says of a silence that holds. */
export function heldBySilence({ id, service, instance, by, reason, endsAt }: Silence): GateResult {
  const what = instance === undefined ? service : `${service}/${instance}`;
  const inputs = { silence: id, by, until: endsAt, reason };
  return gateResult('silence', 'hold', `silence ${id} of ${what}, by ${by} until ${endsAt}: ${reason}`, inputs);
}

/**
 * The silence that covers the incident: of its service, or of an instance that is affected. One of a single check covers
 * none, and what cannot be read is for the gate to judge.
 */
export function silenceOf(incident: Concerned, facts: Facts, now: string): Silence | undefined {
  return findSilence(facts.silences ?? [], now, ({ service, instance, check }) => {
    if (service !== incident.service || check !== undefined) return false;
    return instance === undefined || concerns(incident, instance, facts);
  });
}

/** How long after a silence its targets are looked at before anything is done: what is known of them is from before it. */
export function lookAgainMs(incident: Concerned, facts: Facts): number {
  const { service } = incident;
  const keys = affectedInstances(incident, facts).map((instance) => targetKey({ service, instance }));
  return keys.some((key) => facts.checkedTargets.has(key)) ? facts.safety.holdRetryMs : 0;
}

/** What is said of a whole service with one instance is said of that instance. */
function concerns(incident: Concerned, instance: string, facts: Facts): boolean {
  const [only, ...others] = facts.services.get(incident.service)?.instances ?? [];
  if (others.length === 0 && only?.id === instance) return true;
  return affectedInstances(incident, facts).includes(instance);
}
