import { Service } from '@cortex/contracts';
import { resolvePath } from '../paths.ts';
import { requireService } from '../references.ts';
import { ServiceInput } from '../schema/services.ts';
import type { InstanceInput } from '../schema/services.ts';
import { isRecord } from '../is-record.ts';
import { read, readList, refuseDuplicates } from '../scope.ts';
import type { Scope, World } from '../scope.ts';
import { textsAt } from '../texts-at.ts';

type Declared = World['declared'];

/** Names of services and their instances, read leniently: also from entries with mistakes elsewhere. */
export function declaredServices(raw: unknown): Declared {
  const declared = new Map<string, Set<string>>();
  for (const service of Array.isArray(raw) ? raw : []) {
    if (!isRecord(service) || typeof service['name'] !== 'string') continue;
    const list: unknown = service['instances'];
    const ids = (Array.isArray(list) ? list : []).map((instance: unknown) =>
      isRecord(instance) ? instance['id'] : '',
    );
    declared.set(service['name'], new Set(ids.filter((id) => typeof id === 'string')));
  }
  return declared;
}

/** The kinds of services, read as leniently. */
export function declaredKinds(raw: unknown): World['kinds'] {
  const kinds = (Array.isArray(raw) ? raw : []).map((service: unknown) => (isRecord(service) ? service['kind'] : ''));
  return new Set(kinds.filter((kind) => typeof kind === 'string'));
}

export function resolveServices(scope: Scope, raw: unknown, declared: Declared): readonly Service[] {
  const entries = readList(scope, ['services'], raw);
  const inputs = entries.map((entry, index) => read(scope, ['services', index], ServiceInput, entry));
  for (const { text, path } of textsAt(entries, ['services'], ['*', 'depends_on', '*'])) {
    requireService(scope, path, text, { declared });
  }
  const known = inputs.flatMap((input, index) => (input === undefined ? [] : [{ input, index }]));
  refuseDuplicates(
    scope,
    'service',
    known.map(({ input, index }) => ({ name: input.name, path: ['services', index, 'name'] })),
  );
  for (const { input, index } of known) checkService(scope, index, input);
  refuseCycles(scope, inputs);
  return known.map(({ input }) => toService(scope, input));
}

function checkService(scope: Scope, index: number, input: ServiceInput): void {
  refuseDuplicates(
    scope,
    `instance of ${input.name}`,
    input.instances.map(({ id }, at) => ({ name: id, path: ['services', index, 'instances', at, 'id'] })),
  );
  if ((input.min_healthy ?? 0) > input.instances.length) {
    scope.report.add(
      scope.source,
      ['services', index, 'min_healthy'],
      'CORTEX_CONFIG_IMPOSSIBLE_LIMIT',
      `${input.name} has ${input.instances.length} instances, so ${input.min_healthy} can never be healthy`,
      `lower min_healthy to at most ${input.instances.length}, or add instances`,
    );
  }
}

function toService(scope: Scope, input: ServiceInput): Service {
  return Service.parse({
    name: input.name,
    kind: input.kind,
    environment: input.environment ?? scope.environment,
    critical: input.critical,
    users: input.users,
    dependsOn: input.depends_on,
    minHealthy: input.min_healthy,
    maxUnavailable: input.max_unavailable,
    remediate: input.remediate,
    instances: input.instances.map((instance) => toInstance(scope, instance)),
  });
}

function toInstance(scope: Scope, { process, ...instance }: InstanceInput): unknown {
  if (process === undefined) return instance;
  return {
    ...instance,
    process: {
      pidFile: resolvePath(scope.folder, process.pid_file),
      startCommand: process.start_command,
      // A command such as [node, shop.mjs] means the file beside the configuration.
      cwd: resolvePath(scope.folder, process.cwd ?? '.'),
      env: process.env,
      user: process.user,
      group: process.group,
      logFile: process.log_file === undefined ? undefined : resolvePath(scope.folder, process.log_file),
    },
  };
}

/** Reports each cycle once, at the first of its services. */
function refuseCycles(scope: Scope, inputs: readonly (ServiceInput | undefined)[]): void {
  const indexOf = new Map(
    inputs.flatMap((input, index) => (input === undefined ? [] : [[input.name, index] as const])),
  );
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      reportCycle(scope, inputs, indexOf, trail.slice(start));
      return;
    }
    if (done.has(name)) return;
    const index = indexOf.get(name);
    const next = index === undefined ? [] : (inputs[index]?.depends_on ?? []);
    for (const dependency of next) visit(dependency, [...trail, name]);
    done.add(name);
  };
  for (const name of indexOf.keys()) visit(name, []);
}

function reportCycle(
  scope: Scope,
  inputs: readonly (ServiceInput | undefined)[],
  indexOf: ReadonlyMap<string, number>,
  cycle: readonly string[],
): void {
  const from = cycle[0] ?? '';
  const index = indexOf.get(from) ?? 0;
  const at = (inputs[index]?.depends_on ?? []).indexOf(cycle[1] ?? from);
  scope.report.add(
    scope.source,
    ['services', index, 'depends_on', Math.max(at, 0)],
    'CORTEX_CONFIG_DEPENDENCY_CYCLE',
    `services depend on each other in a circle: ${[...cycle, from].join(' → ')}`,
    'remove one of these dependencies',
  );
}
