import { loadActions } from '@cortex/actions';
import type { ActionDefinition } from '@cortex/actions';

/** Actions are never run here: what a playbook may do by itself depends on their risk. */
export async function loadDecisionPlugins(
  folders: readonly string[],
): Promise<{ readonly actions: ReadonlyMap<string, ActionDefinition> }> {
  return { actions: await loadActions(folders) };
}
