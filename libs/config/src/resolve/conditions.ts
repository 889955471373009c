import { compileCondition, ConditionError, nearestName } from '@cortex/conditions';
import type { Condition, QuotedText, VariableUse } from '@cortex/conditions';
import { signalVariables, signalVariableTypes } from '@cortex/contracts';
import type { SignalVariable } from '@cortex/contracts';
import { doubtAbout } from '../known-metrics.ts';
import type { Scope, World } from '../scope.ts';
import type { Path } from '../yaml-source.ts';

type Known = Pick<World, 'checks' | 'metrics'>;

/** Refuses names in a trigger that do not exist; warns about metrics that nobody is known to send. */
export function checkTriggerNames(scope: Scope, path: Path, text: string, world: Known): void {
  const condition = compiled(text);
  if (condition === undefined) return;
  const isAboutAlerts = condition.uses.some(
    ({ name, texts }) => name === 'anomaly_kind' && texts.some((one) => one.text === 'alert'),
  );
  for (const use of condition.uses) {
    if (isSignalVariable(use.name)) checkSignalUse(scope, path, use, use.name, world, isAboutAlerts);
    else checkMetricUse(scope, path, use, world);
  }
}

/** Conditions of a verification are judged on samples: the signals of the incident are no variables there. */
export function checkMetricNames(scope: Scope, path: Path, text: string, world: Known): void {
  for (const use of compiled(text)?.uses ?? []) {
    if (!isSignalVariable(use.name)) {
      checkMetricUse(scope, path, use, world);
      continue;
    }
    const fix = 'ask about a metric; that the checks pass again is verified without a condition (health_checks)';
    refuse(scope, path, use.position, `"${use.name}" is known in triggers only`, fix);
  }
}

/** A metric by its name alone. */
export function checkMetricName(
  scope: Scope,
  path: Path,
  metric: string,
  world: Pick<World, 'metrics'>,
  offset = 0,
): void {
  const doubt = doubtAbout(metric, world.metrics);
  if (doubt === undefined) return;
  scope.report.warn(scope.source, path, 'CORTEX_CONFIG_UNKNOWN_METRIC', doubt.message, doubt.fix, { offset });
}

/** Undefined for one that does not compile: that is reported where it is read. */
function compiled(text: string): Condition | undefined {
  try {
    return compileCondition(text);
  } catch (error) {
    if (error instanceof ConditionError) return undefined;
    throw error;
  }
}

function isSignalVariable(name: string): name is SignalVariable {
  return signalVariables.some((known) => known === name);
}

function checkMetricUse(scope: Scope, path: Path, use: VariableUse, world: Known): void {
  if (use.as === 'number' || use.as === 'unknown') {
    checkMetricName(scope, path, use.name, world, use.position);
    return;
  }
  const nearest = nearestName(use.name, signalVariables);
  const fix = `${nearest === undefined ? '' : `did you mean ${nearest}? Otherwise `}compare it with a number: ${use.name} > 0`;
  refuse(scope, path, use.position, `"${use.name}" is taken for a metric, and a metric is a number`, fix);
}

function checkSignalUse(
  scope: Scope,
  path: Path,
  use: VariableUse,
  name: SignalVariable,
  world: Known,
  isAboutAlerts: boolean,
): void {
  const { type, values } = signalVariableTypes[name];
  if (use.as !== type && use.as !== 'unknown') {
    refuse(scope, path, use.position, `${name} is ${typeNames[type]}, and is used as ${useNames[use.as]}`, forms(name));
    return;
  }
  if (use.isOrdered && type === 'text') {
    refuse(scope, path, use.position, `${name} has no order`, forms(name));
    return;
  }
  for (const quoted of use.texts) {
    if (values !== undefined) requireOneOf(scope, path, quoted, 'CORTEX_CONFIG_INVALID_VALUE', name, values);
    else if (name === 'failing_checks') checkNamesCheck(scope, path, quoted, world);
    else if (name === 'failing_check_types') checkNamesType(scope, path, quoted);
    else if (name === 'anomaly_metric' && !isAboutAlerts) {
      checkMetricName(scope, path, quoted.text, world, quoted.position);
    }
  }
}

function checkNamesCheck(scope: Scope, path: Path, quoted: QuotedText, world: Known): void {
  requireOneOf(scope, path, quoted, 'CORTEX_CONFIG_UNKNOWN_CHECK', 'check', [...world.checks]);
}

function checkNamesType(scope: Scope, path: Path, quoted: QuotedText): void {
  const types = scope.plugins?.checks;
  if (types === undefined) return;
  requireOneOf(scope, path, quoted, 'CORTEX_CONFIG_UNKNOWN_CHECK', 'check type', [...types.keys()]);
}

function requireOneOf(
  scope: Scope,
  path: Path,
  { text, position }: QuotedText,
  code: 'CORTEX_CONFIG_INVALID_VALUE' | 'CORTEX_CONFIG_UNKNOWN_CHECK',
  what: string,
  known: readonly string[],
): void {
  if (known.includes(text)) return;
  const nearest = nearestName(text, known);
  const list = known.length === 0 ? 'none is configured' : `use one of ${known.slice(0, mostListed).join(', ')}`;
  const fix = nearest === undefined ? list : `did you mean "${nearest}"?`;
  scope.report.add(scope.source, path, code, `unknown ${what} "${text}"`, fix, { offset: position });
}

function refuse(scope: Scope, path: Path, offset: number, message: string, fix: string): void {
  scope.report.add(scope.source, path, 'CORTEX_CONFIG_BAD_CONDITION', message, fix, { offset });
}

const mostListed = 12;
const typeNames = { text: 'a text', list: 'a list of texts', number: 'a number' } as const;
const useNames = { text: 'a text', list: 'a list', number: 'a number', truth: 'true or false', unknown: '' } as const;

/** How the variable is asked about. */
function forms(name: SignalVariable): string {
  const { type, values } = signalVariableTypes[name];
  switch (type) {
    case 'text':
      return values === undefined
        ? `write ${name} == "..."`
        : `name the values: ${name} in ["${values.slice(-2).join('", "')}"]`;
    case 'list':
      return `write "..." in ${name}, or size(${name}) > 1`;
    case 'number':
      return `compare it with a number: ${name} > 0.9`;
    default:
      return type satisfies never;
  }
}
