import { loadActions } from '@cortex/actions';
import type { ActionDefinition } from '@cortex/actions';
import { loadChecks } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';

export interface ExecutorPlugins {
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  /** For pre-conditions. */
  readonly checks: ReadonlyMap<string, CheckPlugin>;
}

/** The plugins of Cortex and those of the user's folders. */
export async function loadExecutorPlugins(folders: readonly string[]): Promise<ExecutorPlugins> {
  const [actions, checks] = await Promise.all([loadActions(folders), loadChecks(folders)]);
  return { actions, checks };
}
