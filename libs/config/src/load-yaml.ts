import { messageOf } from '@cortex/errors';
import type { Report } from './report.ts';
import { readYaml } from './yaml-source.ts';
import type { YamlSource } from './yaml-source.ts';

/** Reads a YAML file; reports why it cannot be read. Duplicate keys are reported, and the rest is validated. */
export function loadYaml(
  file: string,
  readFile: (path: string) => string,
  report: Report,
  /** What such a file begins with. */
  first: string,
): YamlSource | undefined {
  const text = textOf(file, readFile, report);
  if (text === undefined) return undefined;
  const { source, problems } = readYaml(file, text);
  // Behind the first syntax error the parser only guesses: its other errors would mislead.
  const firstSyntax = problems.find(({ duplicateKey }) => !duplicateKey);
  for (const problem of problems) {
    const { line, column, duplicateKey, message, fix } = problem;
    if (!duplicateKey && problem !== firstSyntax) continue;
    const code = duplicateKey ? 'CORTEX_CONFIG_DUPLICATE_KEY' : 'CORTEX_CONFIG_YAML_SYNTAX';
    report.addAt(file, line, column, code, message, fix);
  }
  if (source === undefined || !isNothing(source.value)) return source;
  report.addAt(file, 1, 1, 'CORTEX_CONFIG_EMPTY', emptiness(text), `write ${first}, or take the file away`);
  return undefined;
}

function emptiness(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.every((line) => line === '')) return 'the file is empty';
  return lines.every((line) => line === '' || line.startsWith('#'))
    ? 'the file has comments only'
    : 'the file has no content';
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function textOf(file: string, readFile: (path: string) => string, report: Report): string | undefined {
  try {
    return readFile(file);
  } catch (error) {
    const reason = messageOf(error);
    const fix = 'create the file, or correct the path';
    report.addAt(file, 1, 1, 'CORTEX_CONFIG_FILE_MISSING', `cannot read the file: ${reason}`, fix);
    return undefined;
  }
}
