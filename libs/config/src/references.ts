import { nearestName } from '@cortex/conditions';
import type { ProblemCode } from './problem.ts';
import type { Scope, World } from './scope.ts';
import type { Path } from './yaml-source.ts';

/** Reports an unknown name. */
export function requireKnown(
  scope: Scope,
  path: Path,
  code: ProblemCode,
  what: string,
  name: string,
  known: Iterable<string>,
  /** The fix where no known name is near. */
  otherwise?: string,
): boolean {
  const names = [...known];
  if (names.includes(name)) return true;
  const fix = suggestion(what, name, names, otherwise);
  scope.report.add(scope.source, path, code, `unknown ${what} "${name}"`, fix);
  return false;
}

export function requireService(scope: Scope, path: Path, name: string, world: Pick<World, 'declared'>): boolean {
  return requireKnown(scope, path, 'CORTEX_CONFIG_UNKNOWN_SERVICE', 'service', name, world.declared.keys());
}

export function requireContact(scope: Scope, path: Path, name: string, world: Pick<World, 'contacts'>): boolean {
  return requireKnown(scope, path, 'CORTEX_CONFIG_UNKNOWN_CONTACT', 'contact', name, world.contacts);
}

/** An instance of a known service. */
export function requireInstance(
  scope: Scope,
  path: Path,
  service: string,
  instance: string,
  world: Pick<World, 'declared'>,
): boolean {
  const instances = world.declared.get(service) ?? new Set<string>();
  return requireKnown(
    scope,
    path,
    'CORTEX_CONFIG_UNKNOWN_INSTANCE',
    `instance of service "${service}"`,
    instance,
    instances,
  );
}

const mostListed = 12;

function suggestion(what: string, name: string, known: readonly string[], otherwise: string | undefined): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  if (known.length === 0) return `no ${what} is configured: add one, or remove the reference`;
  const more = known.length > mostListed ? ', ...' : '';
  const list = `use one of ${known.slice(0, mostListed).join(', ')}${more}`;
  return otherwise === undefined ? list : `${list}, or ${otherwise}`;
}
