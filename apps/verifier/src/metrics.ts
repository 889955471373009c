import type { CheckOutcome, VerificationState } from '@cortex/contracts';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export interface VerificationMetrics {
  checked(outcome: CheckOutcome): void;
  began(): void;
  /** `undefined` when the verification was handed back before it ended. */
  ended(state: VerificationState | undefined): void;
}

export function createVerificationMetrics(registry: Registry): VerificationMetrics {
  const registers = [registry];
  const verifications = new Counter({
    name: 'cortex_verification_total',
    help: 'Verifications that ended, by state',
    labelNames: ['state'],
    registers,
  });
  const running = new Gauge({
    name: 'cortex_verifications_running',
    help: 'Verifications under way in this process',
    registers,
  });
  const checks = new Counter({
    name: 'cortex_checks_total',
    help: 'Health checks that ended, retries not counted',
    labelNames: ['type', 'result'],
    registers,
  });
  return {
    checked: ({ type, result }) => checks.inc({ type, result }),
    began: () => running.inc(),
    ended(state) {
      running.dec();
      if (state !== undefined) verifications.inc({ state });
    },
  };
}
