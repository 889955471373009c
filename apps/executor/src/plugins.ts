import { loadActions } from '@cortex/actions';
import type { ActionDefinition, ActionProgram } from '@cortex/actions';
import { fileURLToPath } from 'node:url';
import { loadChecks } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';

export interface ExecutorPlugins {
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  /** For pre-conditions. */
  readonly checks: ReadonlyMap<string, CheckPlugin>;
}

const isBundle = import.meta.url.endsWith('.js');
const actionProgram: ActionProgram = isBundle
  ? { file: fileURLToPath(new URL('./action-worker.js', import.meta.url)), options: [] }
  : {
      file: fileURLToPath(new URL('./action-worker.ts', import.meta.url)),
      options: ['--import', import.meta.resolve('tsx')],
    };

/** The plugins of Cortex and those of the user's folders. */
export async function loadExecutorPlugins(folders: readonly string[]): Promise<ExecutorPlugins> {
  const [actions, checks] = await Promise.all([loadActions(folders, actionProgram), loadChecks(folders)]);
  return { actions, checks };
}
