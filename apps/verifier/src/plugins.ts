import { loadChecks } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';

export interface VerifierPlugins {
  readonly checks: ReadonlyMap<string, CheckPlugin>;
}

/** The plugins of Cortex and those of the user's folders. */
export async function loadVerifierPlugins(folders: readonly string[]): Promise<VerifierPlugins> {
  return { checks: await loadChecks(folders) };
}
