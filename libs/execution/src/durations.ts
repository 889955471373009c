import { type Playbook, type PlaybookStep, verificationDefaults } from '@cortex/contracts';

/** The most that these steps take on one target, retries included. */
export function stepsMs(steps: readonly PlaybookStep[]): number {
  return steps.reduce((sum, step) => sum + step.timeoutMs * (step.retries + 1), 0);
}

/** How long a target may take to serve again after an effect: as long as verification looks for it. Spec 8.1. */
export function recoveryMs({ verification }: Pick<Playbook, 'verification'>): number {
  return verification.waitMs + verification.immediateTimeoutMs * (verification.retries + 1);
}

/** How long verification takes, unless it has to wait for a check. */
export function verificationMs(playbook: Pick<Playbook, 'verification'>): number {
  const { shortTerm, healthChecksMs, signalsMs = verificationDefaults.signalsMs } = playbook.verification;
  return recoveryMs(playbook) + shortTerm.durationMs + healthChecksMs + signalsMs;
}

/** The most that an execution waits between its targets: for each but the first, for those before it and for its place. */
export function wavesMs(playbook: Pick<Playbook, 'verification'>, targets: number): number {
  return 2 * recoveryMs(playbook) * Math.max(0, targets - 1);
}
