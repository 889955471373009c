import type { CortexConfiguration } from '@cortex/contracts';
import type { ServiceName } from '@cortex/local-stack';

/** The detector computes for as long as telemetry arrives. */
export const alwaysWithThread: ReadonlySet<ServiceName> = new Set(['detector']);

/** These call the user's plugins, which may compute for as long as they like. */
const callPlugins: readonly ServiceName[] = ['health-checker', 'executor', 'verifier', 'escalator'];

/**
 * Services that could hold up the others get a thread, and so an event loop, of their own: a lease is lost when its holder
 * cannot renew it in time.
 */
export function servicesWithThread({ pluginFolders }: CortexConfiguration): ReadonlySet<ServiceName> {
  return pluginFolders.length > 0 ? new Set([...alwaysWithThread, ...callPlugins]) : alwaysWithThread;
}
