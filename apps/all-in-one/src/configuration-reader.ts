import { readConfiguration, type PluginLoader, type ReadConfiguration } from '@cortex/service';

export type ConfigurationReader = (plugins: PluginLoader | undefined) => Promise<ReadConfiguration>;

/**
 * Reads the configuration as each service does in a process of its own, and on a reload: with the plugins that it needs,
 * and no others. Services with the same plugins share what was read.
 */
export function createConfigurationReader(file: string): ConfigurationReader {
  const known = new Map<PluginLoader | undefined, Promise<ReadConfiguration>>();
  return (plugins) => {
    const read = known.get(plugins) ?? readConfiguration(file, plugins);
    known.set(plugins, read);
    return read;
  };
}
