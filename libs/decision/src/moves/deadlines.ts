import type { Playbook } from '@cortex/contracts';
import { verificationMs } from '@cortex/execution';

/** Health checks must pass without a break; a verifier may wait this long for one. Spec 8.2. */
const verificationPatienceMs = 30 * 60_000;

export function verificationDeadlineMs(playbook: Playbook): number {
  return verificationMs(playbook) + verificationPatienceMs;
}
