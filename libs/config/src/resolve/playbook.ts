import { compileCondition, nearestName } from '@cortex/conditions';
import { Playbook, signalVariables } from '@cortex/contracts';
import { valueAt } from '../describe-issue.ts';
import { isRecord } from '../is-record.ts';
import { requireContact, requireService } from '../references.ts';
import { checkMetricName, checkMetricNames, checkTriggerNames } from './conditions.ts';
import { checkPlaces } from './playbook-places.ts';
import { checkProof } from './playbook-proof.ts';
import { PlaybookInput } from '../schema/playbook.ts';
import { isExtension } from '../extensions.ts';
import { read } from '../scope.ts';
import type { Scope, World } from '../scope.ts';
import { resolvePreconditions, resolveSteps } from './steps.ts';

/** Reads one playbook file: exactly the form of spec 3.1. */
export function resolvePlaybook(scope: Scope, world: World): Playbook | undefined {
  const before = scope.report.count;
  // Lists are validated from the raw file, so that a mistake elsewhere in the playbook does not hide theirs.
  const raw = withoutExtensions(scope.source.value);
  const input = read(scope, [], PlaybookInput, raw);
  const steps = resolveSteps(scope, ['remediation_steps'], listAt(raw, ['remediation_steps']));
  const rollbackSteps = resolveSteps(scope, ['rollback', 'steps'], listAt(raw, ['rollback', 'steps']));
  const preconditions = resolvePreconditions(scope, listAt(raw, ['pre_conditions']), world);
  checkReferences(scope, raw, world);
  checkNames(scope, raw, world);
  checkPlaces(scope, raw, world);
  if (input !== undefined) checkTrigger(scope, input);
  if (input === undefined || scope.report.count > before) return undefined;
  checkProof(scope, input, world);
  return Playbook.parse({
    id: input.playbook_id,
    name: input.name,
    version: input.version,
    category: input.category,
    severity: input.severity,
    trigger: { condition: input.trigger.condition, durationMs: input.trigger.duration },
    services: input.services ?? [],
    environments: input.environments ?? [],
    preconditions,
    steps,
    verification: input.verification,
    rollback: { available: input.rollback.available, reason: input.rollback.reason, steps: rollbackSteps },
    escalation: input.escalation,
    safety: input.safety,
    metadata: input.metadata,
  });
}

function checkReferences(scope: Scope, raw: unknown, world: World): void {
  for (const [index, name] of listAt(raw, ['services']).entries()) {
    if (typeof name === 'string') requireService(scope, ['services', index], name, world);
  }
  for (const [index, name] of listAt(raw, ['escalation', 'notify']).entries()) {
    if (typeof name === 'string') requireContact(scope, ['escalation', 'notify', index], name, world);
  }
}

/** Keys that begin with `x-` are the user's own, such as anchors to merge. */
function withoutExtensions(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !isExtension(key)));
}

/** Each condition and each metric that is named, also where the playbook has other mistakes. */
function checkNames(scope: Scope, raw: unknown, world: World): void {
  const trigger = valueAt(raw, ['trigger', 'condition']);
  if (typeof trigger === 'string') checkTriggerNames(scope, ['trigger', 'condition'], trigger, world);
  const check = valueAt(raw, ['verification', 'check']);
  if (typeof check === 'string') checkMetricNames(scope, ['verification', 'check'], check, world);
  for (const [index, text] of listAt(raw, ['verification', 'checks']).entries()) {
    if (typeof text === 'string') checkMetricNames(scope, ['verification', 'checks', index], text, world);
  }
  const metrics = ['verification', 'short_term', 'metrics'];
  for (const [index, metric] of listAt(raw, metrics).entries()) {
    if (typeof metric === 'string') checkMetricName(scope, [...metrics, index], metric, world);
  }
}

function listAt(raw: unknown, path: readonly string[]): readonly unknown[] {
  const value = valueAt(raw, path);
  return Array.isArray(value) ? value : [];
}

/** The detector judges metrics and the decision service judges signals: one trigger cannot use both. */
function checkTrigger(scope: Scope, input: PlaybookInput): void {
  const { variables } = compileCondition(input.trigger.condition);
  const signals = variables.filter((name) => signalVariables.some((known) => known === name));
  const metrics = variables.filter((name) => !signals.includes(name));
  if (variables.length > 0 && (signals.length === 0 || metrics.length === 0)) return;
  const path = ['trigger', 'condition'];
  if (variables.length === 0) {
    const message = 'the trigger names neither a metric nor a signal variable';
    scope.report.add(
      scope.source,
      path,
      'CORTEX_CONFIG_BAD_TRIGGER',
      message,
      'compare a metric: disk_usage_percent > 85',
    );
    return;
  }
  const [first] = metrics;
  const nearest = first === undefined ? undefined : nearestName(first, signalVariables);
  scope.report.add(
    scope.source,
    path,
    'CORTEX_CONFIG_BAD_TRIGGER',
    `the trigger mixes signal variables (${signals.join(', ')}) with metrics (${metrics.join(', ')})`,
    nearest === undefined
      ? `ask about one kind only; put a text in quotes: "${first}"`
      : `did you mean ${nearest}? Otherwise ask about one kind only`,
  );
}
