import type { PluginLoader, ServiceDefinition } from '@cortex/service';

/** The plugins of all these services: what one of them would refuse, none starts on. */
export function pluginsOf(definitions: readonly ServiceDefinition[]): PluginLoader {
  return async (folders) => {
    const catalogues = await Promise.all(definitions.map(({ plugins }) => plugins?.(folders)));
    return Object.assign({}, ...catalogues);
  };
}
