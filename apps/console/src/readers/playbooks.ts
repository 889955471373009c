import { escapeToken, type BreakerRecord, type Playbook, type PlaybookPerformance } from '@cortex/contracts';
import type { ApiDependencies } from '../api/dependencies.ts';
import type { PlaybookView } from '@cortex/api';

type Sources = Pick<ApiDependencies, 'config' | 'performance' | 'breakers'>;

/** Every playbook of the configuration with its performance and breaker. */
export async function readPlaybooks(sources: Sources): Promise<readonly PlaybookView[]> {
  const [performance, breakers] = await Promise.all([sources.performance.entries(), sources.breakers.entries()]);
  const performanceOf = new Map(performance.map((entry) => [entry.key, entry.value]));
  const breakerOf = new Map(breakers.map((entry) => [entry.key, entry.value]));
  return sources.config.playbooks.map((playbook) => {
    const key = escapeToken(playbook.id);
    return playbookView(playbook, performanceOf.get(key), breakerOf.get(key), sources.config.safety.breaker.cooldownMs);
  });
}

function playbookView(
  playbook: Playbook,
  performance: PlaybookPerformance | undefined,
  breaker: BreakerRecord | undefined,
  cooldownMs: number,
): PlaybookView {
  const resettable = breaker === undefined ? undefined : resettableAt(breaker, cooldownMs);
  return {
    playbook,
    ...(performance === undefined ? {} : { performance: withoutCounted(performance) }),
    ...(breaker === undefined ? {} : { breaker }),
    ...(resettable === undefined ? {} : { resettableAt: resettable.toISOString() }),
  };
}

/** When a human may close an open breaker. Spec 7.3: not before the cool-down. */
export function resettableAt(breaker: BreakerRecord, cooldownMs: number): Date | undefined {
  if (breaker.state !== 'open' || breaker.openedAt === undefined) return undefined;
  return new Date(Date.parse(breaker.openedAt) + cooldownMs);
}

function withoutCounted({
  counted: _counted,
  ...performance
}: PlaybookPerformance): Omit<PlaybookPerformance, 'counted'> {
  return performance;
}
