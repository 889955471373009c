import type { Playbook, PlaybookStep, Remediation } from '@cortex/contracts';

const slackMs = 60_000;
/** Health checks must pass without a break; a verifier may wait this long for one. Spec 8.2. */
const verificationPatienceMs = 30 * 60_000;

/** How long the executor may take for everything, so that a silent one does not hold an incident for ever. */
export function executionDeadlineMs(remediation: Pick<Remediation, 'playbook' | 'targets'>, planTtlMs: number): number {
  return planTtlMs + stepsMs(remediation.playbook.steps) * remediation.targets.length + slackMs;
}

export function rollbackDeadlineMs(remediation: Pick<Remediation, 'playbook' | 'targets'>): number {
  const { steps, rollback } = remediation.playbook;
  return (stepsMs(rollback.steps) + stepsMs(steps)) * remediation.targets.length + slackMs;
}

export function verificationDeadlineMs({ verification }: Playbook): number {
  const looks = verification.immediateTimeoutMs * (verification.retries + 1);
  return (
    verification.waitMs +
    looks +
    verification.shortTerm.durationMs +
    verification.healthChecksMs +
    verificationPatienceMs
  );
}

function stepsMs(steps: readonly PlaybookStep[]): number {
  return steps.reduce((sum, step) => sum + step.timeoutMs * (step.retries + 1), 0);
}
