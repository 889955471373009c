import { type HealthRecord, targetKey } from '@cortex/contracts';
import { dependenciesOf, isDown } from '@cortex/topology';
import { affectedInstances } from '../assessment/affected.ts';
import type { Facts } from '../model/facts.ts';
import type { Work } from '../record/work.ts';
import { addMs, earliest, msBetween } from '../time.ts';

/** Checks of the dependencies are made at once; those that have not ended by then are not waited for. */
const patienceMs = 10_000;

const lookAgainMs = 500;

/** The health of a target is written when all its checks have answered again a minute after the last write: what was seen longer ago may have been seen before an absence. */
const staleMs = 120_000;

/**
 * The services that this one depends on and that nobody has looked at since it went down, and when to ask again. None when
 * it is not down: then nobody is asked to look at them.
 */
export function unseenDependencies({
  incident,
  facts,
  now,
}: Work): { readonly services: readonly string[]; readonly retryAt: string } | undefined {
  const until = addMs(incident.openedAt, patienceMs);
  if (msBetween(now, until) <= 0) return undefined;
  const downSince = affectedInstances(incident, facts)
    .flatMap((instance) => facts.health.get(targetKey({ service: incident.service, instance })) ?? [])
    .filter(({ state }) => isDown(state))
    .map(({ since }) => since);
  const [first, ...others] = downSince;
  if (first === undefined) return undefined;
  const since = earliest(first, ...others);
  const services = dependenciesOf(facts.services, incident.service).filter((name) => isUnseen(facts, name, since, now));
  return services.length === 0 ? undefined : { services, retryAt: earliest(addMs(now, lookAgainMs), until) };
}

/** One of its targets that have checks was not looked at since then. */
function isUnseen({ services, health, checkedTargets }: Facts, name: string, since: string, now: string): boolean {
  return (services.get(name)?.instances ?? []).some(({ id }) => {
    const key = targetKey({ service: name, instance: id });
    return checkedTargets.has(key) && !isSeen(health.get(key), since, now);
  });
}

/** What is known to be down has been found already. */
function isSeen(record: HealthRecord | undefined, since: string, now: string): boolean {
  if (isDown(record?.state)) return true;
  if (record?.seenAt === undefined) return false;
  return msBetween(since, record.seenAt) >= 0 && msBetween(record.seenAt, now) < staleMs;
}
