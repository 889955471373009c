import { type Remediation, draft, remediationRequested } from '@cortex/contracts';
import { executionDeadlineMs } from '@cortex/execution';
import { isApproved } from '../gates/approval.ts';
import type { Plan } from '../model/plan.ts';
import { moveTo } from '../record/status.ts';
import { setTimer } from '../record/timers.ts';
import { type Work, change, remember } from '../record/work.ts';
import { triggeringSignals } from '../signals/triggering.ts';
import { addMs } from '../time.ts';
import { stopWaiting } from './hold.ts';

/** Asks the executor to run the plan, and waits for its answer under a deadline. */
export function requestRemediation(work: Work, plan: Plan): void {
  const { incident, facts } = work;
  const remediation = remediationOf(work, plan);
  const attempt = {
    attempt: plan.attempt,
    executionId: plan.executionId,
    playbookId: plan.playbook.id,
    playbookVersion: plan.playbook.version,
    targets: [...plan.targets],
    requestedAt: work.now,
    steps: [],
  };
  work.drafts.push(
    draft(remediationRequested, {
      service: incident.service,
      incidentId: incident.id,
      key: plan.executionId,
      data: remediation,
    }),
  );
  moveTo(work, 'remediating');
  change(work, { attempts: [...incident.attempts, attempt] });
  remember(work, { attempts: plan.attempt, remediation });
  stopWaiting(work);
  const dueAt = addMs(work.now, executionDeadlineMs(remediation, facts.safety.planTtlMs));
  setTimer(work, 'deadline', 'execution_deadline', dueAt, { executionId: plan.executionId, phase: 'remediation' });
}

function remediationOf(work: Work, plan: Plan): Remediation {
  const { incident, facts } = work;
  const isAnswered = isApproved(incident, plan, work.now);
  const instances = new Map((work.service?.instances ?? []).map((instance) => [instance.id, instance]));
  return {
    executionId: plan.executionId,
    incidentId: incident.id,
    attempt: plan.attempt,
    playbook: plan.playbook,
    targets: plan.targets.flatMap((target) => {
      const instance = instances.get(target.instance);
      return instance === undefined ? [] : [{ ...target, facts: instance }];
    }),
    signals: triggeringSignals(incident, plan.playbook.id, plan.targets, facts),
    maxUnavailable: plan.maxUnavailable,
    ...(isAnswered ? { approvalId: incident.approval?.approvalId } : {}),
    dryRun: plan.dryRun,
    requestedAt: work.now,
    expiresAt: addMs(work.now, facts.safety.planTtlMs),
  };
}
