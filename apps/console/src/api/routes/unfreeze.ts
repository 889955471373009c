import { controlChanged, draft, targetKey, type Target } from '@cortex/contracts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { publishOrFail } from '../publish.ts';
import { assertKnown } from '../silence-form.ts';

/** Lifts freezes by writing them down; the health-checker that watches the target looks at it at once. */
export function unfreezeRoutes({ bus, config, targets, unfreezes, now }: ApiDependencies): readonly ServedRoute[] {
  return [
    serveRoute('unfreeze', {
      problems: ['CORTEX_API_NOT_FOUND', 'CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ body: { service, instance, by, reason } }) => {
        assertKnown(config, { service, instance });
        const frozen = targets
          .list(now())
          .filter(({ target, flapping }) => flapping && target.service === service)
          .filter(({ target }) => instance === undefined || target.instance === instance)
          .map(({ target }) => target);
        const at = now().toISOString();
        for (const target of frozen) {
          const unfreeze = { target, by, reason, at };
          await unfreezes.put(targetKey(target), unfreeze);
          await publishOrFail(bus, draft(controlChanged, { service, data: { control: 'freeze', ...unfreeze } }));
        }
        return {
          targets: frozen,
          detail: detailOf(frozen, instance === undefined ? service : `${service}/${instance}`),
        };
      },
    }),
  ];
}

function detailOf(frozen: readonly Target[], asked: string): string {
  if (frozen.length === 0) return `nothing of ${asked} is frozen`;
  return `no longer frozen: ${frozen.map((target) => `${target.service}/${target.instance}`).join(', ')}`;
}
