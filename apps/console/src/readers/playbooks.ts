import { escapeToken, type BreakerRecord, type PlaybookPerformance } from '@cortex/contracts';
import type { ApiDependencies } from '../api/dependencies.ts';
import type { BreakerOfPlaybook, PlaybookView } from '@cortex/api';

type Sources = Pick<ApiDependencies, 'config' | 'performance' | 'breakers'>;

/** Every playbook of the configuration with its performance and breakers. */
export async function readPlaybooks(sources: Sources): Promise<readonly PlaybookView[]> {
  const [performance, breakers] = await Promise.all([sources.performance.entries(), sources.breakers.entries()]);
  const performanceOf = new Map(performance.map((entry) => [entry.key, entry.value]));
  const { cooldownMs } = sources.config.safety.breaker;
  return sources.config.playbooks.map((playbook) => {
    const own = performanceOf.get(escapeToken(playbook.id));
    return {
      playbook,
      ...(own === undefined ? {} : { performance: withoutCounted(own) }),
      breakers: breakers.flatMap(({ value }) =>
        value.playbookId === playbook.id ? breakerView(value, cooldownMs) : [],
      ),
    };
  });
}

function breakerView({ counted: _counted, ...breaker }: BreakerRecord, cooldownMs: number): BreakerOfPlaybook {
  const resettable = resettableAt(breaker, cooldownMs);
  return { ...breaker, ...(resettable === undefined ? {} : { resettableAt: resettable.toISOString() }) };
}

/** When a human may close an open breaker. Spec 7.3: not before the cool-down. */
function resettableAt(breaker: Pick<BreakerRecord, 'state' | 'openedAt'>, cooldownMs: number): Date | undefined {
  if (breaker.state !== 'open' || breaker.openedAt === undefined) return undefined;
  return new Date(Date.parse(breaker.openedAt) + cooldownMs);
}

function withoutCounted({
  counted: _counted,
  ...performance
}: PlaybookPerformance): Omit<PlaybookPerformance, 'counted'> {
  return performance;
}
