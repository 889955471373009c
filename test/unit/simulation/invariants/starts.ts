import { startWindowMs } from '@cortex/contracts';
import { configuration } from '../catalogue.ts';
import { isStray } from '../environment/strays.ts';
import type { Site } from '../site.ts';
import type { Invariants } from './invariant.ts';

/** How much is begun at once. */
export const ofStarts: Invariants = {
  'INV-15 no more remediations begin within a minute than may': noMoreBeginThanMay,
};

function noMoreBeginThanMay(site: Site): readonly string[] {
  const first = new Map<string, { readonly service: string; readonly atMs: number }>();
  // It has begun when an executor took it in: one that stands still right before its effect has its start behind it.
  for (const { executionId, phase, target, acceptedMs } of site.effects) {
    if (phase !== 'remediation' || isStray(executionId) || first.has(executionId)) continue;
    first.set(executionId, { service: target.service, atMs: acceptedMs });
  }
  const starts = [...first.values()];
  const { total, perService } = configuration.safety.startRate;
  return starts.flatMap(({ service, atMs }) => {
    const within = starts.filter((other) => other.atMs >= atMs && other.atMs < atMs + startWindowMs);
    const own = within.filter((other) => other.service === service);
    const isTooMany = within.length > total || own.length > perService;
    return isTooMany
      ? [`${within.length} in all, ${own.length} on ${service}, from ${new Date(atMs).toISOString()}`]
      : [];
  });
}
