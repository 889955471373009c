import { loadPlugins } from '@cortex/plugin-loader';
import { defineChannel } from './define-channel.ts';
import type { ChannelPlugin } from './define-channel.ts';
import { builtinChannels } from './registry.ts';

/**
 * The built-in channels and those of the user's folders: every `<name>.channel.mjs` whose default export is
 * `({ defineChannel, z }) => defineChannel({ … })`. Throws `CORTEX_CHANNEL_LOAD` on the first that cannot be used.
 */
export function loadChannels(folders: readonly string[]): Promise<ReadonlyMap<string, ChannelPlugin>> {
  return loadPlugins({
    folders,
    kind: 'channel',
    suffix: '.channel.mjs',
    shape: 'export default ({ defineChannel, z }) => defineChannel({ name, summary, params, send })',
    builtin: builtinChannels,
    tools: { defineChannel },
    problemOf: (channel) => (typeof channel.send === 'function' ? undefined : 'send is missing'),
    define: defineChannel,
  });
}
