import { isRecord } from '../is-record.ts';
import { requireInstance, requireKnown, requireService } from '../references.ts';
import type { Scope, World } from '../scope.ts';
import type { Path } from '../yaml-source.ts';

/** Reports the unknown names in a check that cannot be read for another mistake: its type, service and instance. */
export function checkNamesIn(
  scope: Scope,
  path: Path,
  entry: unknown,
  typeKey: 'type' | 'check',
  world: Pick<World, 'declared'>,
): void {
  if (!isRecord(entry)) return;
  const { [typeKey]: type, service, instance } = entry;
  const types = scope.plugins?.checks?.keys();
  if (typeof type === 'string' && types !== undefined) {
    requireKnown(scope, [...path, typeKey], 'CORTEX_CONFIG_UNKNOWN_CHECK', 'check type', type, types);
  }
  if (typeof service !== 'string' || !requireService(scope, [...path, 'service'], service, world)) return;
  if (typeof instance === 'string') requireInstance(scope, [...path, 'instance'], service, instance, world);
}
