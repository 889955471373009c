import type { HandlerContext } from '@cortex/bus';
import { ConditionError } from '@cortex/conditions';
import { draft, verificationCompleted, verificationStarted } from '@cortex/contracts';
import type { CortexEvent, EventDraft } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { VerificationVerdict } from '@cortex/verification';
import type { Logger } from 'pino';
import type { RecentHistory } from '../adapters/recent-history.ts';
import type { TargetChecks } from '../adapters/target-checks.ts';
import type { VerificationMetrics } from '../metrics.ts';
import { runVerification } from '../run-verification.ts';
import type { VerificationRun } from '../run-verification.ts';

export interface VerifierParts {
  readonly checks: TargetChecks;
  readonly history: RecentHistory;
  readonly tailTelemetry: VerificationRun['tailTelemetry'];
  readonly followAnomalies: VerificationRun['followAnomalies'];
  readonly metrics: VerificationMetrics;
  readonly logger: Pick<Logger, 'info'>;
  readonly runtime: Pick<Runtime, 'now' | 'after'>;
}

/**
 * Verifies a remediation whose steps ran. No progress is stored: after a crash the event comes again and the
 * verification begins anew, with a verdict under the same id.
 */
export async function handleRemediationCompleted(
  event: CortexEvent<'remediation.completed'>,
  context: HandlerContext,
  parts: VerifierParts,
): Promise<readonly EventDraft[]> {
  const { executionId, incidentId, playbook, targets, signals, outcome, startedAt, completedAt } = event.data;
  if (outcome !== 'succeeded') return [];
  // A redelivery long after the verdict would look at another time and might reach another verdict.
  if (await parts.history.hasVerdict(event.subject, executionId, completedAt)) return [];

  const { metrics, runtime } = parts;
  const { now } = runtime;
  const execution = { executionId, incidentId, playbookId: playbook.id, targets };
  const subject = { service: event.subject, incidentId };
  const beganAt = now();
  await context.publish(
    draft(verificationStarted, { ...subject, data: { ...execution, startedAt: beganAt.toISOString() } }),
  );

  metrics.began();
  let verdict: VerificationVerdict | undefined;
  try {
    verdict = await runVerification({
      executionId,
      request: {
        playbook,
        targets,
        ...(signals === undefined ? {} : { signals }),
        checks: parts.checks.of(targets),
        startedAt,
        effectAt: completedAt,
      },
      checksBefore: await parts.history.checksBefore(targets, startedAt),
      checks: parts.checks,
      tailTelemetry: parts.tailTelemetry,
      followAnomalies: parts.followAnomalies,
      runtime,
      signal: context.signal,
    });
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    // A retry would not mend the playbook, and without a verdict the incident would wait forever.
    verdict = { state: 'UNCERTAIN', reason: error.message, recommendation: 'investigate', findings: [] };
  } finally {
    metrics.ended(verdict?.state);
  }

  const { state, reason, worsened, relapsed, awaits, recommendation, findings, recoveredAt } = verdict;
  parts.logger.info({ executionId, incidentId, state, reason }, 'verified');
  const completedNow = now();
  return [
    draft(verificationCompleted, {
      ...subject,
      data: {
        ...execution,
        state,
        reason: reason.slice(0, 4_000),
        ...(worsened === undefined ? {} : { worsened }),
        ...(relapsed === undefined ? {} : { relapsed }),
        ...(awaits === undefined ? {} : { awaits: [...awaits] }),
        recommendation,
        findings: [...findings],
        ...(recoveredAt === undefined ? {} : { recoveredAt }),
        completedAt: completedNow.toISOString(),
        durationMs: Math.max(0, completedNow.getTime() - beganAt.getTime()),
      },
    }),
  ];
}
