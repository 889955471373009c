import type { PluginCatalogue } from './plugin-catalogue.ts';

/** The inputs of the configuration. The functions that read files are arguments: this library does no I/O. */
export interface ConfigurationInputs {
  /** Path of the configuration file; absolute, if the paths in the result are to be. */
  readonly entry: string;
  /** Returns the text of a file; throws when it cannot. */
  readonly readFile: (path: string) => string;
  /** The files that a pattern with `*` in its last parts matches; none when nothing does. */
  readonly listFiles: (pattern: string) => readonly string[];
  /** Without it, names and parameters of actions, checks and channels are not validated. */
  readonly plugins?: PluginCatalogue;
}
