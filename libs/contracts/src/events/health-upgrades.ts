/**
 * Check outcomes as in the events `health.checked` v1 and `health.changed` v1 and in the records of that time:
 * `passed`, and `outcome` in the evidence as the word for how the check ended. Other forms are returned unchanged.
 */

export function upgradeOutcome(outcome: unknown): unknown {
  if (!isObject(outcome) || typeof outcome['passed'] !== 'boolean') return outcome;
  const { passed, evidence, ...rest } = outcome;
  if (!isObject(evidence)) return { ...rest, result: passed ? 'pass' : 'fail' };
  const { outcome: end, ...seen } = evidence;
  const failedAs = end === 'timeout' || end === 'error' ? end : 'fail';
  return { ...rest, result: passed ? 'pass' : failedAs, evidence: seen };
}

export function upgradeHealthChange(change: unknown): unknown {
  if (!isObject(change) || !Array.isArray(change['failing'])) return change;
  return { ...change, failing: change['failing'].map(upgradeOutcome) };
}

/** A record of a target's health, without the checker's own memory. */
export function upgradeHealthRecord(record: unknown): unknown {
  if (!isObject(record) || record['change'] === undefined) return record;
  return { ...record, change: upgradeHealthChange(record['change']) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
