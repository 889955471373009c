import type { PlaybookStep } from '@cortex/contracts';

/** The recovery that a step achieved, beside the one that its playbook expects. Spec 3.1 `expected_recovery`. */
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
