import { loadChecks } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';

export interface HealthCheckerPlugins {
  readonly checks: ReadonlyMap<string, CheckPlugin>;
}

/** The plugins of Cortex and those of the user's folders. */
export async function loadHealthCheckerPlugins(folders: readonly string[]): Promise<HealthCheckerPlugins> {
  return { checks: await loadChecks(folders) };
}
