import { type Attempt, type Remediation, draft, remediationRollbackRequested } from '@cortex/contracts';
import { rollbackDeadlineMs } from '@cortex/execution';
import { moveTo } from '../record/status.ts';
import { setTimer } from '../record/timers.ts';
import { type Work, changeAttempt } from '../record/work.ts';
import { addMs } from '../time.ts';
import { stopWaiting } from './hold.ts';

/** Asks the executor to undo what it did, and waits for its answer under a deadline. */
export function rollBack(work: Work, remediation: Remediation, because: string): void {
  const { id, service } = work.incident;
  const { executionId } = remediation;
  moveTo(work, 'rolling_back');
  stopWaiting(work);
  work.drafts.push(
    draft(remediationRollbackRequested, {
      service,
      incidentId: id,
      key: executionId,
      data: { executionId, incidentId: id, remediation, reason: because.slice(0, 4_000), requestedAt: work.now },
    }),
  );
  setTimer(work, 'deadline', 'execution_deadline', addMs(work.now, rollbackDeadlineMs(remediation)), {
    executionId,
    phase: 'rollback',
  });
}

/** The rollback waits for the end of a stop: the rule `left half-done` takes it up. */
export function oweRollback(work: Work, { executionId }: Attempt): void {
  changeAttempt(work, executionId, { rollback: 'stopped' });
}
