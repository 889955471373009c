import { messageOf } from '@cortex/errors';
import type { Report } from './report.ts';
import { readYaml } from './yaml-source.ts';
import type { YamlSource } from './yaml-source.ts';

/** Reads a YAML file; reports why it cannot be read. Duplicate keys are reported, and the rest is validated. */
export function loadYaml(file: string, readFile: (path: string) => string, report: Report): YamlSource | undefined {
  const text = textOf(file, readFile, report);
  if (text === undefined) return undefined;
  const { source, problems } = readYaml(file, text);
  // Behind the first syntax error the parser only guesses: its other errors would mislead.
  const firstSyntax = problems.find(({ duplicateKey }) => !duplicateKey);
  for (const problem of problems) {
    const { line, column, duplicateKey, message } = problem;
    if (!duplicateKey && problem !== firstSyntax) continue;
    const code = duplicateKey ? 'CORTEX_CONFIG_DUPLICATE_KEY' : 'CORTEX_CONFIG_YAML_SYNTAX';
    report.addAt(file, line, column, code, message, duplicateKey ? 'keep one of the two' : syntaxFix(message));
  }
  return source;
}

/** `memory_available: >100MB`, as people write a limit: YAML takes the > as the start of a text block. */
function syntaxFix(message: string): string {
  const limit = /^Block scalar header includes extra characters: (>\S+)$/.exec(message)?.[1];
  if (limit !== undefined) return `a value that begins with > needs quotes: '${limit}'`;
  return 'check indentation, quotes and brackets around here';
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
