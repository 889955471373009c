import { RiskLevel } from '@cortex/contracts';
import { loadPlugins } from '@cortex/plugin-loader';
import { defineAction } from './define-action.ts';
import type { ActionDefinition } from './define-action.ts';
import { ActionProcesses } from './own-process/action-processes.ts';
import type { ActionProgram } from './own-process/action-processes.ts';
import { inOwnProcess } from './own-process/in-own-process.ts';

import { builtinActions } from './registry.ts';

/**
 * The built-in actions and those of the user's folders: every `<name>.action.mjs` whose default export is
 * `({ defineAction, z }) => defineAction({ … })`. With a program, the effects of the user's are made in a process of their own.
 * Throws `CORTEX_ACTION_LOAD` on the first that cannot be used.
 */
export async function loadActions(
  folders: readonly string[],
  program?: ActionProgram,
): Promise<ReadonlyMap<string, ActionDefinition>> {
  const actions = await loadPlugins<ActionDefinition>({
    folders,
    kind: 'action',
    suffix: '.action.mjs',
    shape: 'export default ({ defineAction, z }) => defineAction({ name, params, observe, act, dryRun, … })',
    builtin: builtinActions,
    tools: { defineAction },
    problemOf,
    define: defineAction,
  });
  if (program === undefined) return actions;
  const processes = new ActionProcesses(folders, program);
  const guarded = [...actions].map(([name, action]) => {
    return [name, builtinActions.has(name) ? action : inOwnProcess(action, processes)] as const;
  });
  return new Map(guarded);
}

function problemOf(action: Partial<ActionDefinition>): string | undefined {
  if (!RiskLevel.safeParse(action.riskLevel).success) return 'riskLevel must be low, medium, high or critical';
  for (const flag of ['reversible', 'idempotent'] as const) {
    if (typeof action[flag] !== 'boolean') return `${flag} must be true or false`;
  }
  for (const method of ['observe', 'act', 'dryRun'] as const) {
    if (typeof action[method] !== 'function') return `${method} is missing`;
  }
  return undefined;
}
