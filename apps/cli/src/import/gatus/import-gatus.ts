import { builtinChecks } from '@cortex/checks';
import { formatProblems, parseConfiguration } from '@cortex/config';
import { CortexError } from '@cortex/errors';
import { locateNotes } from './locate-notes.ts';
import type { LocatedNote } from './locate-notes.ts';
import { readGatusFile } from './read-gatus-file.ts';
import { translateGatus } from './translate-gatus.ts';
import type { CheckParams } from './translate-gatus.ts';
import { writeConfiguration } from './write-configuration.ts';

export interface ImportResult {
  /** The configuration of Cortex. */
  readonly yaml: string;
  readonly services: number;
  readonly checks: number;
  /** Environment variables that the checks read. */
  readonly variables: readonly string[];
  /** All differences from Gatus, by line. */
  readonly notes: readonly LocatedNote[];
}

/** Translates the text of a Gatus configuration into a valid one of Cortex. Pure; throws `CliError` for any other text. */
export function importGatus(file: string, text: string): ImportResult {
  const gatus = readGatusFile(file, text);
  const found = translateGatus(gatus.root, gatus.endpoints, problemOf);
  const yaml = writeConfiguration(found, locateNotes(found.notes, gatus), file);
  assertTaken(yaml);
  const { services, checks, variables } = found;
  const notes = locateNotes([...found.notes, ...checks.flatMap((check) => check.notes)], gatus);
  return { yaml, services: services.length, checks: checks.length, variables, notes };
}

/** The check's own validation of its parameters. */
const problemOf: CheckParams = (type, params) => {
  const result = builtinChecks.get(type)?.params.safeParse(params);
  if (result?.success === true) return undefined;
  const [issue] = result?.error.issues ?? [];
  return `${type} does not take ${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'there is no such check'}`;
};

/** Nothing is returned that `cortex validate` would refuse. */
function assertTaken(yaml: string): void {
  const entry = '/cortex.yaml';
  const plugins = { checks: builtinChecks };
  const result = parseConfiguration({ entry, readFile: () => yaml, listFiles: () => [], plugins });
  if (!result.ok)
    throw new CortexError('CORTEX_IMPORT_FAILED', `the import would not be valid: ${formatProblems(result.problems)}`);
}
