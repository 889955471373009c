import type { CheckTier, HealthState } from '@cortex/contracts';
import type { CheckMemory, ExpectedCheck } from './memory.ts';

/** Shallow failures that make a target UNHEALTHY. Spec 2.4. */
const unhealthyShallowFailures = 3;

export interface JudgedState {
  readonly state: HealthState;
  readonly reason: string;
}

/**
 * Spec 2.4. A target with few shallow checks could never show three failures, so for UNHEALTHY it is also enough that
 * all of its shallow checks fail (where it has at least two), or that one of them fails three scheduled rounds in a row.
 * HEALTHY needs every check to have reported; trouble that is seen counts without waiting for the rest.
 */
export function judgeState(
  checks: readonly ExpectedCheck[],
  memories: Readonly<Record<string, CheckMemory>>,
): JudgedState {
  const failing = (tier: CheckTier): readonly string[] =>
    checks.filter((check) => check.tier === tier && memories[check.name]?.status === 'failing').map(({ name }) => name);
  const comprehensive = failing('comprehensive');
  const deep = failing('deep');
  const shallow = failing('shallow');
  const shallowCount = checks.filter((check) => check.tier === 'shallow').length;
  const persistent = shallow.filter((name) => memories[name]?.persistent === true);

  if (comprehensive.length > 0)
    return {
      state: 'CRITICAL',
      reason: `comprehensive check fails: ${list(comprehensive)}${also([...deep, ...shallow])}`,
    };
  if (deep.length > 0) return { state: 'UNHEALTHY', reason: `deep check fails: ${list(deep)}${also(shallow)}` };
  if (shallow.length >= unhealthyShallowFailures) {
    return { state: 'UNHEALTHY', reason: `${shallow.length} shallow checks fail: ${list(shallow)}` };
  }
  if (shallowCount >= 2 && shallow.length === shallowCount) {
    return { state: 'UNHEALTHY', reason: `all shallow checks fail: ${list(shallow)}` };
  }
  if (persistent.length > 0) {
    return { state: 'UNHEALTHY', reason: `shallow check failed three times in a row: ${list(persistent)}` };
  }
  if (shallow.length > 0) {
    return { state: 'DEGRADED', reason: `${shallow.length} of ${shallowCount} shallow checks fail: ${list(shallow)}` };
  }
  const unknown = checks
    .filter(({ name }) => (memories[name]?.status ?? 'unknown') === 'unknown')
    .map(({ name }) => name);
  if (checks.length === 0) return { state: 'UNKNOWN', reason: 'it has no checks' };
  if (unknown.length > 0) return { state: 'UNKNOWN', reason: `nothing is known from ${list(unknown)}` };
  return { state: 'HEALTHY', reason: checks.length === 1 ? 'its check passes' : `all ${checks.length} checks pass` };
}

function also(names: readonly string[]): string {
  return names.length === 0 ? '' : `; also ${list(names)}`;
}

const maxNamed = 10;

function list(names: readonly string[]): string {
  const rest = names.length - maxNamed;
  return names.slice(0, maxNamed).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
