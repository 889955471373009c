import type { PlaybookInput } from '../schema/playbook.ts';
import type { Scope, World } from '../scope.ts';

/** Warns of a playbook of which only the source of its signals could say that it helped: it proves nothing by itself. */
export function checkProof(
  scope: Scope,
  { verification, services }: Pick<PlaybookInput, 'verification' | 'services'>,
  world: Pick<World, 'services' | 'checkedServices'>,
): void {
  if (verification.conditions.length > 0) return;
  const own = services ?? world.services.map(({ name }) => name);
  if (own.length === 0 || own.some((name) => world.checkedServices.has(name))) return;
  scope.report.warn(
    scope.source,
    ['playbook_id'],
    'CORTEX_CONFIG_PROVES_NOTHING',
    'this playbook could prove nothing: it has no verification.check, and no health check looks at its services',
    'write verification: { check: ... } over a metric, or a health check of the service',
  );
}
