import type { OnAmbiguous, PlaybookStep, Precondition, RiskLevel } from '@cortex/contracts';
import { JsonRecord } from '@cortex/contracts';
import type { z } from 'zod';
import type { ActionEntry } from '../plugin-catalogue.ts';
import { checkParams, openEnvelope } from '../plugin-params.ts';
import type { Envelope } from '../plugin-params.ts';
import { requireKnown } from '../references.ts';
import { PreconditionInput, StepInput } from '../schema/playbook.ts';
import { keysAt } from '../schema-keys.ts';
import { isRecord } from '../is-record.ts';
import type { Scope, World } from '../scope.ts';
import type { Path } from '../yaml-source.ts';

/** Reads the steps of a playbook or of its rollback. Returns only the readable ones. */
export function resolveSteps(scope: Scope, path: Path, entries: readonly unknown[]): readonly PlaybookStep[] {
  return entries.flatMap((entry, index) => {
    const place = [...path, index];
    const envelope = openEnvelope(scope, place, StepInput, entry);
    const { own } = envelope;
    checkAction(scope, place, envelope, entry, refuseEmptySelectors(scope, envelope));
    if (own === undefined) return [];
    if (own.step !== index + 1) {
      const message = `step ${own.step} stands in place ${index + 1}`;
      const fix = `number it ${index + 1}`;
      scope.report.add(scope.source, [...place, 'step'], 'CORTEX_CONFIG_STEP_NUMBERS', message, fix);
    }
    return [toStep(own, envelope.params, scope.plugins?.actions?.get(own.action)?.riskLevel)];
  });
}

/** Validates the action even where the step has other mistakes. */
function checkAction(
  scope: Scope,
  path: Path,
  envelope: Envelope<StepInput>,
  raw: unknown,
  reported: ReadonlySet<string>,
): void {
  const actions = scope.plugins?.actions;
  const action = isRecord(raw) ? raw['action'] : undefined;
  if (actions === undefined || typeof action !== 'string') return;
  requireKnown(scope, [...path, 'action'], 'CORTEX_CONFIG_UNKNOWN_ACTION', 'action', action, actions.keys());
  const plugin = actions.get(action);
  if (plugin === undefined) return;
  if (envelope.own !== undefined) checkAmbiguity(scope, path, action, plugin, envelope.own.on_ambiguous);
  checkParams(scope, envelope, { name: action, params: plugin.params, ownKeys: keysAt(StepInput, []) }, reported);
}

/** What to do after a crash in the middle of the step: it must be stated, and the action must support it. */
function checkAmbiguity(
  scope: Scope,
  path: Path,
  action: string,
  { onAmbiguous, idempotent, probe }: ActionEntry,
  declared: OnAmbiguous | undefined,
): void {
  const place = [...path, 'on_ambiguous'];
  if (declared === undefined) {
    if (onAmbiguous !== undefined) return;
    const message = `the step does not say what to do when a crash hides whether ${action} took effect`;
    const fix = 'add on_ambiguous: retry (safe to repeat) or escalate (ask a human)';
    scope.report.add(scope.source, place, 'CORTEX_CONFIG_ON_AMBIGUOUS_MISSING', message, fix);
  } else if (declared === 'probe' && idempotent !== undefined && probe === undefined) {
    const message = `on_ambiguous is probe, but ${action} has no probe`;
    scope.report.add(scope.source, place, 'CORTEX_CONFIG_INVALID_VALUE', message, 'write retry or escalate');
  } else if (declared === 'retry' && idempotent === false && onAmbiguous !== undefined) {
    const message = `on_ambiguous is retry, but ${action} must not be repeated`;
    scope.report.add(scope.source, place, 'CORTEX_CONFIG_INVALID_VALUE', message, 'write escalate, or leave it out');
  }
}

function toStep(own: StepInput, params: JsonRecord, riskLevel: RiskLevel | undefined): PlaybookStep {
  return {
    step: own.step,
    name: own.name,
    action: own.action,
    params,
    timeoutMs: own.timeout,
    retries: own.retries,
    continueOnFailure: own.continue_on_failure,
    ...(own.on_ambiguous === undefined ? {} : { onAmbiguous: own.on_ambiguous }),
    ...(riskLevel === undefined ? {} : { riskLevel }),
    ...(own.expected_recovery === undefined ? {} : { expectedRecovery: own.expected_recovery }),
  };
}

export function resolvePreconditions(
  scope: Scope,
  entries: readonly unknown[],
  world: Pick<World, 'checks'>,
): readonly z.output<typeof Precondition>[] {
  return entries.flatMap((entry, index) => {
    const path = ['pre_conditions', index];
    const envelope = openEnvelope(scope, path, PreconditionInput, entry);
    const check = isRecord(entry) ? entry['check'] : undefined;
    if (typeof check !== 'string' || check === '') return [];
    const checks = scope.plugins?.checks;
    if (checks !== undefined) {
      const known = [...checks.keys(), ...world.checks];
      requireKnown(scope, [...path, 'check'], 'CORTEX_CONFIG_UNKNOWN_CHECK', 'check', check, known);
      // A configured check has its own parameters; here are only overrides, which cannot be validated alone.
      const plugin = world.checks.has(check) ? undefined : checks.get(check);
      if (plugin !== undefined) {
        checkParams(scope, envelope, { name: check, params: plugin.params, ownKeys: keysAt(PreconditionInput, []) });
      }
    }
    return [{ check, params: envelope.params }];
  });
}

/** Names of parameters that define what an action reaches. An empty one would mean "everything" to many tools. */
const reaches =
  /^(?:paths?|source|destination|target|targets|hosts?|command|namespace|node_name|interface|database)$|selector|pattern|_name$/;

/** Returns the names of the parameters that it reported. */
function refuseEmptySelectors(scope: Scope, envelope: Envelope<StepInput>): ReadonlySet<string> {
  const reported = new Set<string>();
  for (const [key, value] of Object.entries(envelope.params)) {
    if (!reaches.test(key)) continue;
    for (const path of emptyParts(value, [key])) {
      reported.add(key);
      scope.report.add(
        scope.source,
        envelope.locate(path),
        'CORTEX_CONFIG_EMPTY',
        `${key} is empty; empty never means "all"`,
        'name what the step may touch, or delete the key',
      );
    }
  }
  return reported;
}

function emptyParts(value: JsonRecord[string], path: readonly (string | number)[]): (readonly (string | number)[])[] {
  if (value === null || (typeof value === 'string' && value.trim() === '')) return [path];
  if (typeof value !== 'object') return [];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  if (entries.length === 0) return [path];
  return Array.isArray(value) ? entries.flatMap(([key, item]) => emptyParts(item, [...path, key])) : [];
}
