import { collectorDefaults, CortexConfiguration, defaultEnvironment } from '@cortex/contracts';
import type { ConfigurationInputs } from './configuration-inputs.ts';
import { asMeant } from './as-meant.ts';
import { settle } from './settle.ts';
import { kindOf, unknownKey, valueAt } from './describe-issue.ts';
import { isExtension } from './extensions.ts';
import { knownMetrics } from './known-metrics.ts';
import { loadPlaybooks } from './load-playbooks.ts';
import { loadYaml } from './load-yaml.ts';
import { folderOf, resolvePath } from './paths.ts';
import type { Problem } from './problem.ts';
import { Report, showPath } from './report.ts';
import { resolveChecks } from './resolve/checks.ts';
import { resolveCollector } from './resolve/collector.ts';
import { declaredContacts, pagingKeys, resolveEscalation } from './resolve/escalation.ts';
import { resolveDetection, resolveSafety } from './resolve/policies.ts';
import { declaredKinds, declaredServices, resolveServices } from './resolve/services.ts';
import { declaredChecks } from './resolve/written-checks.ts';
import { HealthInput } from './schema/checks.ts';
import { ConsoleInput } from './schema/collector.ts';
import { ConfigurationInput } from './schema/root.ts';
import { isRecord } from './is-record.ts';
import { read, readList, reportFinding } from './scope.ts';
import type { Scope, World } from './scope.ts';

/** What every configuration begins with. */
const firstLine = 'version: 1';
const rootKeys = Object.keys(ConfigurationInput.shape);
const escalationKeys = ['contacts', 'policies', ...pagingKeys];

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: CortexConfiguration; readonly warnings: Problem[] }
  | { readonly ok: false; readonly problems: Problem[]; readonly warnings: Problem[] };

/** Reads the user's YAML into the resolved configuration, deeply frozen, or returns every problem at once; what is doubtful comes beside. */
export function parseConfiguration(inputs: ConfigurationInputs): ConfigurationResult {
  const report = new Report();
  const configuration = resolve(inputs, report);
  const warnings = report.warnings();
  if (report.count > 0 || configuration === undefined) return { ok: false, problems: report.problems(), warnings };
  return { ok: true, configuration: settle(configuration), warnings };
}

/**
 * The folders of the user's own plugins, so that they can be loaded before the configuration is validated with them.
 * None when the file cannot be read: {@link parseConfiguration} reports why.
 */
export function readPluginFolders(inputs: Pick<ConfigurationInputs, 'entry' | 'readFile'>): readonly string[] {
  const report = new Report();
  const source = loadYaml(inputs.entry, inputs.readFile, report, firstLine);
  if (source === undefined || !isRecord(source.value)) return [];
  const folder = folderOf(inputs.entry);
  return pluginFolders(
    { report, source, folder, environment: defaultEnvironment, plugins: undefined },
    source.value['plugins'],
  );
}

function resolve(inputs: ConfigurationInputs, report: Report): CortexConfiguration | undefined {
  const source = loadYaml(inputs.entry, inputs.readFile, report, firstLine);
  if (source === undefined) return undefined;
  const root = source.value;
  if (!isRecord(root)) {
    const message = `the configuration is ${kindOf(root)}, but a mapping of keys belongs here`;
    report.add(source, [], 'CORTEX_CONFIG_WRONG_TYPE', message, 'start with version: 1');
    return undefined;
  }
  const folder = folderOf(inputs.entry);
  const unnamed: Scope = { report, source, folder, environment: defaultEnvironment, plugins: inputs.plugins };
  const scope = { ...unnamed, environment: readHead(unnamed, root) };

  const meant = asMeant(root, rootKeys);
  const declared = declaredServices(meant['services']);
  const escalation = root['escalation'] ?? {};
  const meantEscalation = isRecord(meant['escalation']) ? asMeant(meant['escalation'], escalationKeys) : {};
  const services = resolveServices(scope, root['services'], declared);
  const definitions = resolveChecks(scope, root, { services, declared });
  const world: World = {
    services,
    declared,
    kinds: declaredKinds(meant['services']),
    contacts: declaredContacts(meantEscalation),
    checks: new Set([...declaredChecks(meant), ...definitions.map(({ name }) => name)]),
    checkedServices: new Set(definitions.map(({ target }) => target.service)),
    metrics: knownMetrics(meant),
  };
  const { contacts, policies, paging } = resolveEscalation(scope, isRecord(escalation) ? escalation : {}, world);
  const hostService = valueAt(meant, ['collector', 'host', 'service']) ?? collectorDefaults.host.service;
  const resolved = {
    environment: scope.environment,
    services,
    checks: definitions,
    health: read(scope, ['health'], HealthInput, root['health'] ?? {}),
    ...resolveDetection(scope, root['detection'] ?? {}, world, hostService),
    playbooks: loadPlaybooks(scope, root['playbooks'], world, inputs),
    safety: resolveSafety(scope, root['safety'] ?? {}, world),
    contacts,
    escalationPolicies: policies,
    paging,
    collector: resolveCollector(scope, root['collector'] ?? {}, world),
    console: read(scope, ['console'], ConsoleInput, root['console'] ?? {}),
    pluginFolders: pluginFolders(scope, root['plugins']),
  };
  return report.count > 0 ? undefined : finish(scope, resolved);
}

/** Validates the result against the contract. Only joined names can fail here: by being too long. */
function finish(scope: Scope, resolved: unknown): CortexConfiguration | undefined {
  const result = CortexConfiguration.safeParse(resolved);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const message = `${showPath(issue.path.filter((segment) => typeof segment !== 'symbol'))}: ${issue.message}`;
    scope.report.add(scope.source, [], 'CORTEX_CONFIG_INVALID_VALUE', message, 'shorten the names that it is made of');
  }
  return undefined;
}

/** The top-level keys of the file: their names, the version, the environment. */
function readHead(scope: Scope, root: Readonly<Record<string, unknown>>): string {
  for (const key of Object.keys(root).filter((name) => !rootKeys.includes(name) && !isExtension(name))) {
    reportFinding(scope, [], unknownKey([key], rootKeys));
  }
  const { version } = root;
  if (version === undefined) {
    scope.report.add(
      scope.source,
      ['version'],
      'CORTEX_CONFIG_MISSING_KEY',
      'the key "version" is missing',
      'add version: 1',
    );
  } else if (version !== 1) {
    const message = `version ${JSON.stringify(version)} is not supported`;
    scope.report.add(scope.source, ['version'], 'CORTEX_CONFIG_UNSUPPORTED_VERSION', message, 'write version: 1');
  }
  const escalation = root['escalation'];
  if (escalation !== undefined && escalation !== null) {
    if (isRecord(escalation)) {
      for (const key of Object.keys(escalation).filter((name) => !escalationKeys.includes(name))) {
        reportFinding(scope, ['escalation'], unknownKey([key], escalationKeys));
      }
    } else {
      const message = `escalation is ${kindOf(escalation)}, but a mapping of keys belongs here`;
      scope.report.add(
        scope.source,
        ['escalation'],
        'CORTEX_CONFIG_WRONG_TYPE',
        message,
        `write keys below it: ${escalationKeys.join(', ')}`,
      );
    }
  }
  return read(scope, ['environment'], ConfigurationInput.shape.environment, root['environment']) ?? defaultEnvironment;
}

function pluginFolders(scope: Scope, raw: unknown): readonly string[] {
  return readList(scope, ['plugins'], raw).flatMap((entry, index) => {
    const folder = read(scope, ['plugins', index], ConfigurationInput.shape.plugins.unwrap().element, entry);
    return folder === undefined ? [] : [resolvePath(scope.folder, folder)];
  });
}
