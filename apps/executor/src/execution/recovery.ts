import type { PlaybookStep } from '@cortex/contracts';

/** What a step won back, beside what its playbook expects of it. Spec 3.1 `expected_recovery`. */
export function describeRecovery(
  expected: NonNullable<PlaybookStep['expectedRecovery']>,
  recoveredPercent: number | undefined,
): string {
  const { minPercent, maxPercent } = expected;
  const range = minPercent === maxPercent ? `${minPercent}%` : `${minPercent}-${maxPercent}%`;
  if (recoveredPercent === undefined) return `expected to recover ${range}, not measured`;
  const recovered = `recovered ${Math.round(recoveredPercent * 10) / 10}%`;
  if (recoveredPercent < minPercent) return `${recovered}, less than the expected ${range}`;
  return `${recovered}, expected ${range}`;
}
