import {
  draft,
  remediationCompleted,
  remediationRolledBack,
  remediationStarted,
  remediationStepCompleted,
  targetKey,
} from '@cortex/contracts';
import type { EventDraft, ExecutionRecord, StepResult } from '@cortex/contracts';
import { finalResults, plainTarget } from '@cortex/execution';
import type { ExecutionPhase } from '@cortex/execution';

/** Every event of an execution is a function of its journal alone, so that it can be published again unchanged. */
export function startedDraft(record: ExecutionRecord): EventDraft {
  const { executionId, incidentId, playbook, targets } = record.remediation;
  return draft(remediationStarted, {
    ...about(record),
    data: {
      executionId,
      incidentId,
      playbookId: playbook.id,
      targets: targets.map(plainTarget),
      startedAt: record.startedAt ?? record.acceptedAt,
    },
  });
}

export function stepDraft(record: ExecutionRecord, phase: ExecutionPhase, result: StepResult): EventDraft {
  const { executionId, incidentId } = record.remediation;
  return draft(remediationStepCompleted, {
    ...about(record),
    key: `${result.step}.${targetKey(result.target)}.${phase}`,
    data: { executionId, incidentId, phase, result },
  });
}

export function completedDraft(record: ExecutionRecord): EventDraft {
  const { executionId, incidentId, playbook, targets, signals } = record.remediation;
  const startedAt = record.startedAt ?? record.acceptedAt;
  const completedAt = record.completedAt ?? startedAt;
  return draft(remediationCompleted, {
    ...about(record),
    data: {
      executionId,
      incidentId,
      playbook,
      targets: targets.map(plainTarget),
      ...(signals === undefined ? {} : { signals }),
      outcome: record.outcome ?? 'ambiguous',
      reason: record.reason ?? '',
      ...(record.refusedBy === undefined ? {} : { refusedBy: record.refusedBy }),
      steps: [...finalResults(record, 'remediation')],
      startedAt,
      completedAt,
      durationMs: Math.max(0, Date.parse(completedAt) - Date.parse(startedAt)),
    },
  });
}

export function rolledBackDraft(record: ExecutionRecord): EventDraft {
  const { executionId, incidentId, playbook, targets } = record.remediation;
  return draft(remediationRolledBack, {
    ...about(record),
    data: {
      executionId,
      incidentId,
      playbookId: playbook.id,
      targets: targets.map(plainTarget),
      outcome: record.rollback?.outcome ?? 'failed',
      reason: record.rollback?.reason ?? '',
      steps: [...finalResults(record, 'rollback')],
      completedAt: record.rollback?.completedAt ?? record.acceptedAt,
    },
  });
}

function about(record: ExecutionRecord): { readonly service: string; readonly incidentId: string } {
  const { incidentId, targets, playbook } = record.remediation;
  return { service: targets[0]?.service ?? playbook.id, incidentId };
}
