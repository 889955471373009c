import type { Instance, Target } from '@cortex/contracts';
import type { ActionContext } from '../define-action.ts';

export const exampleTarget: Target = { service: 'shop', instance: 'shop-1' };

/** An action's context for tests. */
export function exampleContext(
  facts: Partial<Instance> = {},
  signal: ActionContext['signal'] = new AbortController().signal,
): ActionContext {
  return {
    target: exampleTarget,
    facts: { id: 'shop-1', host: 'localhost', ...facts },
    signal,
    stopRequest: new AbortController().signal,
    executionId: 'execution-1',
    token: 1,
    log: () => undefined,
  };
}
