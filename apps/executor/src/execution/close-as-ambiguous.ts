import type { ExecutionRecord } from '@cortex/contracts';
import { openIntent, recordResult } from '@cortex/execution';

/** Closes an intent that a crash left open and that cannot be probed any more, because its action no longer exists. */
export function closeAsAmbiguous(record: ExecutionRecord, at: Date): ExecutionRecord {
  const open = openIntent(record);
  if (open === undefined) return record;
  const { playbook } = record.remediation;
  const steps = [...playbook.steps, ...playbook.rollback.steps];
  const step = steps.find((candidate) => candidate.step === open.step) ?? { name: 'unknown', action: 'unknown' };
  const detail = 'a crash left it open whether it was done, and its action is no longer there to tell';
  return recordResult(record, open, step, { outcome: 'ambiguous', detail, at });
}
