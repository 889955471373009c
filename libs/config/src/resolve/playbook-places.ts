import { nearestName } from '@cortex/conditions';
import { playbookCategories } from '@cortex/contracts';
import { valueAt } from '../describe-issue.ts';
import type { Scope, World } from '../scope.ts';

/** Where a playbook may be used: refuses a mistyped category, warns when the playbook could never be used. */
export function checkPlaces(scope: Scope, raw: unknown, world: Pick<World, 'services'>): void {
  checkCategory(scope, valueAt(raw, ['category']));
  const environments = valueAt(raw, ['environments']);
  if (!Array.isArray(environments) || environments.length === 0) return;
  const known = [...new Set([scope.environment, ...world.services.map(({ environment }) => environment)])];
  // Playbooks are shared: one that also names an environment of elsewhere is fine.
  if (environments.some((name) => known.includes(name))) return;
  const [first] = environments;
  const nearest = typeof first === 'string' ? nearestName(first, known) : undefined;
  const list = `the environments here are ${known.join(', ')}`;
  scope.report.warn(
    scope.source,
    ['environments', 0],
    'CORTEX_CONFIG_NEVER_USED',
    'no service is in an environment of this playbook, so it is never used',
    nearest === undefined ? list : `did you mean "${nearest}"? Otherwise ${list}`,
  );
}

function checkCategory(scope: Scope, category: unknown): void {
  if (typeof category !== 'string' || playbookCategories.some((known) => known === category)) return;
  const nearest = nearestName(category, playbookCategories);
  const list = playbookCategories.join(', ');
  if (nearest !== undefined) {
    const fix = `did you mean ${nearest}? The categories are ${list}`;
    scope.report.add(scope.source, ['category'], 'CORTEX_CONFIG_INVALID_VALUE', `unknown category "${category}"`, fix);
    return;
  }
  scope.report.warn(
    scope.source,
    ['category'],
    'CORTEX_CONFIG_NEVER_USED',
    `no cause leads to the category "${category}": the playbook is found by its trigger only`,
    `use one of ${list}, if it is to be found for a kind of trouble, too`,
  );
}
