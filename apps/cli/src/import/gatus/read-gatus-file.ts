import { readYaml, type YamlSource } from '@cortex/config';
import { CliError } from '../../core/cli-error.ts';
import { isMapping, ownValue } from './values.ts';
import type { Mapping } from './values.ts';

export const mostCharacters = 1_048_576;

export interface GatusFile {
  readonly root: Mapping;
  readonly endpoints: readonly unknown[];
  lineOf(path: readonly (string | number)[]): number;
}

/** Reads the text of a Gatus configuration. Throws {@link CliError} with the line when it is none. */
export function readGatusFile(file: string, text: string): GatusFile {
  if (text.length > mostCharacters) {
    throw refused(`${file} is longer than ${mostCharacters} characters`, 'split it, and import the parts');
  }
  const { source, problems } = readYaml(file, text);
  const [problem] = problems;
  if (source === undefined || problem !== undefined) {
    const { line, column, message } = problem ?? { line: 1, column: 1, message: 'it is no YAML' };
    throw refused(`${file}:${line}:${column}  ${message}`, 'correct the YAML there; Gatus reads the file likewise');
  }
  return { ...listOf(file, source), lineOf: (path) => source.locate(path).line };
}

function listOf(file: string, source: YamlSource): Pick<GatusFile, 'root' | 'endpoints'> {
  const root = source.value;
  const endpoints = isMapping(root) ? ownValue(root, 'endpoints') : undefined;
  if (isMapping(root) && Array.isArray(endpoints) && endpoints.length > 0) return { root, endpoints };
  const { line, column } = source.locate(['endpoints']);
  const why = endpoints === undefined ? 'there is no key endpoints' : 'endpoints is no list with entries';
  throw refused(`${file}:${line}:${column}  ${why}`, 'name the configuration file of Gatus, with its endpoints');
}

function refused(message: string, fix: string): CliError {
  return new CliError('CORTEX_IMPORT_UNREADABLE', message, fix);
}
