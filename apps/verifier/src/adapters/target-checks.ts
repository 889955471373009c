import { runCheck } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';
import { targetKey } from '@cortex/contracts';
import type { CheckDefinition, CheckOutcome, CortexConfiguration, Instance, Target } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import { checkKey } from '@cortex/verification';

export interface TargetChecks {
  /** Every configured check of these targets. */
  of(targets: readonly Target[]): readonly CheckDefinition[];
  /** Runs the named checks concurrently; never throws. */
  run(keys: readonly string[], signal: AbortSignal): Promise<readonly CheckOutcome[]>;
}

export function createTargetChecks(options: {
  readonly config: CortexConfiguration;
  readonly registry: ReadonlyMap<string, CheckPlugin>;
  readonly runtime: Runtime;
  readonly onOutcome: (outcome: CheckOutcome) => void;
}): TargetChecks {
  const { config, registry, runtime } = options;
  const byKey = new Map(config.checks.map((check) => [checkKey(check), check]));
  const facts = new Map<string, Instance>();
  for (const service of config.services) {
    for (const instance of service.instances) {
      facts.set(targetKey({ service: service.name, instance: instance.id }), instance);
    }
  }
  return {
    of(targets) {
      const wanted = new Set(targets.map(targetKey));
      return config.checks.filter((check) => wanted.has(targetKey(check.target)));
    },
    async run(keys, signal) {
      const outcomes = await Promise.all(
        keys.map(async (key) => {
          const check = byKey.get(key);
          const instance = check === undefined ? undefined : facts.get(targetKey(check.target));
          if (check === undefined || instance === undefined) return [];
          const outcome = await runCheck(check, instance, {
            registry,
            now: runtime.now,
            runtime,
            signal,
            outbound: config.safety.outbound,
          });
          options.onOutcome(outcome);
          return [outcome];
        }),
      );
      return outcomes.flat();
    },
  };
}
