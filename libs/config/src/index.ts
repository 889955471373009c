export type { ConfigurationInputs } from './configuration-inputs.ts';
export { buildJsonSchema, buildPlaybookJsonSchema } from './json-schema.ts';
export { parseConfiguration, readPluginFolders } from './parse-configuration.ts';
export type { ConfigurationResult } from './parse-configuration.ts';
export type { ActionEntry, ChannelEntry, CheckEntry, PluginCatalogue } from './plugin-catalogue.ts';
export { formatProblems } from './problem.ts';
export type { Problem, ProblemCode } from './problem.ts';
export { readYaml } from './yaml-source.ts';
export type { YamlSource } from './yaml-source.ts';
