import { type Remediation, draft, remediationRequested } from '@cortex/contracts';
import { isStorm } from '../gates/storm.ts';
import { requestApproval, voidApproval } from '../lifecycle/approval-question.ts';
import { callHumans, escalate } from '../lifecycle/escalate.ts';
import type { Plan } from '../model/plan.ts';
import { levelRank, severityRank } from '../levels.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, change, forget, remember } from '../record/work.ts';
import { addMs } from '../time.ts';
import type { Conclusion } from './conclude.ts';
import { executionDeadlineMs } from './deadlines.ts';

/** Does what a conclusion says: drafts, timers, status. */
export function act(work: Work, conclusion: Conclusion, reason: string): void {
  const { outcome, plan } = conclusion;
  if (work.incident.approval?.status === 'pending' && outcome !== 'request_approval') voidApproval(work);
  switch (outcome) {
    case 'remediate':
      if (plan !== undefined) request(work, plan);
      return;
    case 'request_approval':
      if (plan !== undefined) ask(work, plan, conclusion);
      return;
    case 'hold':
      hold(work, conclusion.heldBy ?? 'gate', conclusion.retryAt);
      return;
    case 'wait':
      hold(work, 'trigger', conclusion.retryAt);
      return;
    case 'escalate':
    case 'advise':
      escalate(work, conclusion.escalation ?? 'needs_human', reason, {
        notify: notifyOf(work, plan),
        onlyNotify: plan === undefined && isForContactsOnly(work),
      });
      return;
    case 'monitor':
    case 'roll_back':
    case 'resolve':
      return;
    default: {
      const impossible: never = outcome;
      throw new TypeError(`unknown outcome ${String(impossible)}`);
    }
  }
}

function request(work: Work, plan: Plan): void {
  const { incident, facts } = work;
  const approval =
    incident.approval?.status === 'granted' && incident.approval.planHash === plan.planHash
      ? incident.approval
      : undefined;
  const instances = new Map((work.service?.instances ?? []).map((instance) => [instance.id, instance]));
  const remediation: Remediation = {
    executionId: plan.executionId,
    incidentId: incident.id,
    attempt: plan.attempt,
    playbook: plan.playbook,
    targets: plan.targets.flatMap((target) => {
      const instance = instances.get(target.instance);
      return instance === undefined ? [] : [{ ...target, facts: instance }];
    }),
    maxUnavailable: plan.maxUnavailable,
    ...(approval === undefined ? {} : { approvalId: approval.approvalId }),
    dryRun: plan.dryRun,
    requestedAt: work.now,
    expiresAt: addMs(work.now, facts.safety.planTtlMs),
  };
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
  change(work, { status: 'remediating', attempts: [...incident.attempts, attempt] });
  remember(work, { attempts: plan.attempt, remediation });
  stopWaiting(work);
  const dueAt = addMs(work.now, executionDeadlineMs(remediation, facts.safety.planTtlMs));
  setTimer(work, 'deadline', 'execution_deadline', dueAt, { executionId: plan.executionId, phase: 'remediation' });
}

function ask(work: Work, plan: Plan, conclusion: Conclusion): void {
  stopWaiting(work);
  requestApproval(work, plan, conclusion.reason, conclusion.requiredApprovals ?? 1);
  if (levelRank(work.incident.blastRadius.level) >= levelRank('cluster_wide')) {
    callHumans(work, `sign-off needed for ${plan.playbook.id}: ${conclusion.reason}`, { notify: notifyOf(work, plan) });
  }
}

function hold(work: Work, by: string, retryAt: string | undefined): void {
  change(work, { status: 'open' });
  if (work.memory.held?.by !== by) remember(work, { held: { by, since: work.now } });
  if (by === 'storm') {
    const { lastStormAt } = work.facts;
    remember(work, { lastStormAt: isStorm(work.facts) ? work.now : (lastStormAt ?? work.now) });
  }
  if (retryAt === undefined) cancelTimer(work, 'reevaluate');
  else setTimer(work, 'reevaluate', 'reevaluate', retryAt);
}

/** Leaves whatever the incident was waiting for. */
function stopWaiting(work: Work): void {
  forget(work, 'held');
  forget(work, 'escalatedFor');
  for (const name of ['reevaluate', 'monitoring', 'quiet']) cancelTimer(work, name);
}

/** Spec 3.1 `create_incident: false`: the playbook that failed last calls its own contacts alone, for less than SEV1. */
function isForContactsOnly(work: Work): boolean {
  const last = work.incident.attempts.at(-1);
  const escalation = work.facts.playbooks.find((one) => one.id === last?.playbookId)?.escalation;
  const hasRun = last?.outcome === 'succeeded' || last?.outcome === 'failed';
  return hasRun && escalation?.createIncident === false && severityRank(work.incident.severity) > severityRank('SEV1');
}

function notifyOf(work: Work, plan: Plan | undefined): readonly string[] {
  const playbookId = plan?.playbook.id ?? work.incident.attempts.at(-1)?.playbookId;
  const playbook = work.facts.playbooks.find((one) => one.id === playbookId);
  return playbook?.escalation.onFailure === true ? playbook.escalation.notify : [];
}
