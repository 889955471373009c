import { tierDefaults, type CheckDefinition, type CheckTier, type Instance, type Service } from '@cortex/contracts';
import { formatDuration } from '@cortex/conditions';
import { checkParams } from '../plugin-params.ts';
import type { Envelope } from '../plugin-params.ts';
import { requireInstance, requireKnown, requireService } from '../references.ts';
import type { CheckInput } from '../schema/checks.ts';
import { refuseDuplicates } from '../scope.ts';
import type { Scope, World } from '../scope.ts';
import { substitute } from '../substitute.ts';
import type { Path } from '../yaml-source.ts';
import { readChecks } from './written-checks.ts';
import type { WrittenCheck } from './written-checks.ts';

/** One definition per target: a check of a whole service becomes one check of each instance. */
export function resolveChecks(
  scope: Scope,
  root: Readonly<Record<string, unknown>>,
  world: Pick<World, 'services' | 'declared'>,
): readonly CheckDefinition[] {
  const resolved = readChecks(scope, root, world).map((written) => ({
    written,
    definitions: resolveCheck(scope, written, world),
  }));
  const names = resolved.map(({ written }) => ({ name: written.own.name, ...written.namedAt }));
  const fullNames = resolved.flatMap(({ written, definitions }) =>
    definitions.map(({ name }) => ({ name, ...written.namedAt })),
  );
  const unique = new Set(names.map(({ name }) => name)).size === names.length;
  refuseDuplicates(scope, 'check', unique ? fullNames : names);
  return resolved.flatMap(({ definitions }) => definitions);
}

function resolveCheck(
  scope: Scope,
  written: WrittenCheck,
  world: Pick<World, 'services' | 'declared'>,
): CheckDefinition[] {
  const { path, own, ownKeys } = written;
  const known = scope.plugins?.checks;
  if (known !== undefined) {
    const otherwise = written.isTypeOfKey ? 'keep the name and add check: ...' : undefined;
    const { type } = own;
    requireKnown(scope, written.typeAt, 'CORTEX_CONFIG_UNKNOWN_CHECK', 'check type', type, known.keys(), otherwise);
  }
  const plugin = known?.get(own.type);
  const tier = own.tier ?? plugin?.tier ?? 'shallow';
  const timing = timingOf(scope, path, own, tier);
  const targets = targetsOf(scope, path, own, world);
  return targets.map(({ service, instance }) => {
    const params = fill(scope, written.params, service, instance);
    if (plugin !== undefined) {
      checkParams(scope, { ...written.params, params }, { name: own.type, params: plugin.params, ownKeys });
    }
    return {
      name: targets.length > 1 ? `${own.name}:${instance.id}` : own.name,
      type: own.type,
      tier,
      target: { service: service.name, instance: instance.id },
      ...timing,
      params,
    };
  });
}

function timingOf(
  scope: Scope,
  path: Path,
  own: CheckInput,
  tier: CheckTier,
): { intervalMs: number; timeoutMs: number; retries: number } {
  const defaults = tierDefaults[tier];
  const intervalMs = own.interval ?? defaults.intervalMs;
  const timeoutMs = own.timeout ?? defaults.timeoutMs;
  if (timeoutMs >= intervalMs) {
    const key = own.timeout === undefined && own.interval !== undefined ? 'interval' : 'timeout';
    scope.report.add(
      scope.source,
      [...path, key],
      'CORTEX_CONFIG_TIMEOUT_TOO_LONG',
      `check "${own.name}" may take ${formatDuration(timeoutMs)}, but runs every ${formatDuration(intervalMs)}`,
      'make timeout shorter than interval',
    );
  }
  return { intervalMs, timeoutMs, retries: own.retries ?? own.retry ?? defaults.retries };
}

interface ResolvedTarget {
  readonly service: Service;
  readonly instance: Instance;
}

function targetsOf(
  scope: Scope,
  path: Path,
  own: CheckInput,
  world: Pick<World, 'services' | 'declared'>,
): readonly ResolvedTarget[] {
  const serviceName = own.service ?? serviceOfInstance(scope, path, own, world);
  if (serviceName === undefined) return [];
  if (!requireService(scope, [...path, 'service'], serviceName, world)) return [];
  const service = world.services.find(({ name }) => name === serviceName);
  if (own.instance !== undefined) requireInstance(scope, [...path, 'instance'], serviceName, own.instance, world);
  if (service === undefined) return [];
  return service.instances
    .filter(({ id }) => own.instance === undefined || id === own.instance)
    .map((instance) => ({ service, instance }));
}

function serviceOfInstance(
  scope: Scope,
  path: Path,
  own: CheckInput,
  { declared }: Pick<World, 'declared'>,
): string | undefined {
  const { instance } = own;
  if (instance === undefined) {
    const fix = 'add service: ... (all its instances) or instance: ... (only that one)';
    scope.report.add(
      scope.source,
      [...path, 'service'],
      'CORTEX_CONFIG_MISSING_KEY',
      `check "${own.name}" has no target`,
      fix,
    );
    return undefined;
  }
  const owners = [...declared].filter(([, instances]) => instances.has(instance)).map(([name]) => name);
  if (owners.length === 1) return owners[0];
  if (owners.length > 1) {
    const message = `instance "${instance}" exists in ${owners.join(' and ')}`;
    scope.report.add(
      scope.source,
      [...path, 'instance'],
      'CORTEX_CONFIG_UNKNOWN_INSTANCE',
      message,
      'add service: ...',
    );
    return undefined;
  }
  const all = [...declared.values()].flatMap((instances) => [...instances]);
  requireKnown(scope, [...path, 'instance'], 'CORTEX_CONFIG_UNKNOWN_INSTANCE', 'instance', instance, all);
  return undefined;
}

function fill(
  scope: Scope,
  envelope: Envelope<unknown>,
  service: Service,
  instance: Instance,
): CheckDefinition['params'] {
  const variables = {
    service: service.name,
    'instance.id': instance.id,
    'instance.host': instance.host,
    'instance.region': instance.region,
    'instance.cluster': instance.cluster,
  };
  const { value, unknown } = substitute(envelope.params, variables);
  for (const { path, name, offset } of unknown) {
    const known = Object.hasOwn(variables, name);
    scope.report.add(
      scope.source,
      envelope.locate(path),
      'CORTEX_CONFIG_UNKNOWN_VARIABLE',
      known ? `instance "${instance.id}" has no value for \${${name}}` : `unknown variable \${${name}}`,
      known
        ? 'give the instance that key, or write the value out'
        : `use \${${Object.keys(variables).join('}, ${')}}; write $\${ for a plain \${`,
      { offset },
    );
  }
  return value;
}
