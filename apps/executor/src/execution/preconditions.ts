import type { RunnableCheck } from '@cortex/checks';
import type { JsonRecord, Remediation } from '@cortex/contracts';
import { PlaybookTemplateError, plainTarget, substitute, templateVariables } from '@cortex/execution';
import type { RemediationTarget } from '@cortex/execution';
import type { ExecutorParts } from './parts.ts';
import { checksOf, runOwnCheck } from './run-own-check.ts';

const timeoutMs = 10_000;

/** Why a pre-condition does not hold; undefined when all hold on all targets. An unknown check does not hold. */
export async function preconditionProblem(
  parts: ExecutorParts,
  remediation: Remediation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { targets, playbook } = remediation;
  const problems = await Promise.all(
    targets.flatMap((target) =>
      playbook.preconditions.map(({ check, params }) => problemOf(parts, target, check, params, signal)),
    ),
  );
  return problems.find((problem) => problem !== undefined);
}

async function problemOf(
  parts: ExecutorParts,
  target: RemediationTarget,
  check: string,
  params: JsonRecord,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const given = substitute(params, templateVariables(target));
    const outcome = await runOwnCheck(parts, definitionOf(parts, target, check, given), target, signal);
    return outcome.result === 'pass'
      ? undefined
      : `pre-condition ${check} does not hold on ${target.instance}: ${outcome.detail}`;
  } catch (error) {
    if (error instanceof PlaybookTemplateError) return `pre-condition ${check}: ${error.message}`;
    throw error;
  }
}

/** The target's own check of that name, with the playbook's parameters over its own; otherwise the check plugin. */
function definitionOf(
  parts: ExecutorParts,
  target: RemediationTarget,
  check: string,
  params: JsonRecord,
): RunnableCheck {
  const own = checksOf(parts, target).find(({ name }) => name === check);
  if (own !== undefined) return { ...own, params: { ...own.params, ...params }, retries: 0 };
  const tier = parts.checks.get(check)?.tier ?? 'shallow';
  return { name: check, type: check, tier, target: plainTarget(target), params, timeoutMs, retries: 0 };
}
