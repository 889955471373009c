import type { ExecutionRecord } from '@cortex/contracts';
import { completeExecution, newRecord, recordIntent, recordResult } from '@cortex/execution';
import { TryAgainLater } from './errors.ts';
import { runEffect } from './run-effect.ts';
import type { ExecutorParts } from './parts.ts';
import type { ResolvedPlan } from './resolve-plan.ts';
import { actionContext, placeOf } from './execution-run.ts';
import type { ExecutionRun } from './execution-run.ts';

/** Asks every action what it would do. Takes no leases and writes nothing but the record that it returns. */
export async function dryRun(
  parts: ExecutorParts,
  journal: ExecutionRun['journal'],
  plan: ResolvedPlan,
  draining: AbortSignal,
): Promise<ExecutionRecord> {
  const { remediation } = journal.record;
  let record = newRecord(remediation, parts.now());
  const problems: string[] = [];
  for (const target of remediation.targets) {
    for (const step of remediation.playbook.steps) {
      if (draining.aborted) throw new TryAgainLater('this process is draining', 1);
      const planned = plan.at('remediation', step, target);
      const place = placeOf('remediation', planned);
      record = recordIntent(record, { ...place, attempt: 1 }, { token: 0, before: {}, at: parts.now() });
      const result = await runEffect(
        async (signal) => {
          const context = actionContext({ parts, journal }, planned, { signal, stopRequest: signal, token: 0 });
          const refusal = await planned.action.guard?.(planned.params, context);
          if (refusal !== undefined) return { ok: false, detail: refusal };
          return planned.action.dryRun(planned.params, context);
        },
        { timeoutMs: Math.max(1, step.timeoutMs), holdsSignal: draining, runtime: parts.runtime },
      );
      const isFine = result.outcome === 'succeeded';
      if (!isFine) problems.push(`step ${step.step} "${step.name}" on ${target.instance}: ${result.detail}`);
      const outcome = isFine ? 'dry_run' : 'failed';
      record = recordResult(record, place, step, { outcome, detail: result.detail, at: parts.now() });
    }
  }
  const ending =
    problems.length === 0
      ? ({ outcome: 'dry_run', reason: 'nothing was changed: a dry run' } as const)
      : ({ outcome: 'refused', refusedBy: 'dry_run_failed', reason: problems.join('; ') } as const);
  return completeExecution(record, ending, parts.now());
}
