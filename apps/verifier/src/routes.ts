import type { Routes } from '@cortex/bus';
import { handleRemediationCompleted } from './handlers/remediation-completed.ts';
import type { VerifierParts } from './handlers/remediation-completed.ts';

/** What ran is looked at. */
export function verifierRoutes(parts: VerifierParts): Routes<'verifier'> {
  return { 'remediation.completed': (event, context) => handleRemediationCompleted(event, context, parts) };
}
