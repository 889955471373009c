import { loadChannels } from '@cortex/channels';
import type { ChannelPlugin } from '@cortex/channels';

export interface EscalatorPlugins {
  readonly channels: ReadonlyMap<string, ChannelPlugin>;
}

/** The plugins of Cortex and those of the user's folders. */
export async function loadEscalatorPlugins(folders: readonly string[]): Promise<EscalatorPlugins> {
  return { channels: await loadChannels(folders) };
}
