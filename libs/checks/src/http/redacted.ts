import { createRedactor } from '@cortex/secrets';
import type { Redactor } from '@cortex/secrets';
import type { CheckResult } from '../define-check.ts';

/** Runs a check that uses secrets: they are taken out of its result and of what it throws. */
export async function redacted(run: (redactor: Redactor) => Promise<CheckResult>): Promise<CheckResult> {
  const redactor = createRedactor();
  try {
    const { passed, detail, evidence } = await run(redactor);
    return {
      passed,
      detail: redactor.text(detail),
      ...(evidence === undefined ? {} : { evidence: redactor.value(evidence) }),
    };
  } catch (error) {
    throw withoutSecrets(error, redactor);
  }
}

/** A new error without the old one as its cause, which would carry the secret on; its code stays. */
function withoutSecrets(error: unknown, redactor: Redactor): Error {
  const clean = new Error(redactor.text(error instanceof Error ? error.message : String(error)));
  return error instanceof Error && 'code' in error ? Object.assign(clean, { code: error.code }) : clean;
}
