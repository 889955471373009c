import { compileCondition, ConditionError } from '@cortex/conditions';
import type { Condition, ConditionValue } from '@cortex/conditions';
import { z } from 'zod';

const OneCondition = z
  .string()
  .min(1)
  .max(1_000)
  .transform((source, context): Condition => {
    try {
      return compileCondition(source);
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

/** Conditions on the fields of a JSON body, by their paths: `db.status == "UP"`. One, or a list of which all must hold. */
export const JsonConditions = z.union([OneCondition, z.array(OneCondition).min(1).max(50)]);
export type JsonConditions = z.output<typeof JsonConditions>;

/** The conditions that a body does not meet, each with the actual value. */
export function jsonProblems(conditions: JsonConditions | undefined, body: unknown): readonly string[] {
  if (conditions === undefined) return [];
  return [conditions].flat().flatMap((condition) => {
    const values = Object.fromEntries(condition.variables.map((name) => [name, valueAt(body, name)]));
    const { verdict, missing } = condition.evaluate(values);
    if (verdict === 'true') return [];
    if (verdict === 'no_data') return [`expected ${condition.source}, but ${missing.join(', ')} has no usable value`];
    const seen = Object.entries(values).map(([name, value]) => `${name} is ${shown(value)}`);
    return [`expected ${condition.source}, but ${seen.join(', ')}`];
  });
}

/** Follows a path of keys and positions through JSON: `users.0.id`. Own keys only. */
export function jsonAt(body: unknown, path: string): unknown {
  let found: unknown = body;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function valueAt(body: unknown, path: string): ConditionValue {
  const found = jsonAt(body, path);
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
  return Array.isArray(found) && found.every((item) => typeof item === 'string') ? found : undefined;
}

function shown(value: ConditionValue): string {
  // Not cut: a secret that is cut in half is no longer found by the redactor.
  return JSON.stringify(value) ?? 'missing';
}
