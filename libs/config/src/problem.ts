import type { configErrors } from '@cortex/errors';

export type ProblemCode = keyof typeof configErrors;

/** One problem, its place, and its fix. `line` and `column` start at 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `services[0].instances[1].host`; empty for the file itself. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
}

/** One problem per paragraph: `file:line:column  CODE  message`, then the fix. */
export function formatProblems(problems: readonly Problem[]): string {
  return format(problems, '');
}

/** The same form, with the word warning before the code. */
export function formatWarnings(warnings: readonly Problem[]): string {
  return format(warnings, 'warning  ');
}

function format(problems: readonly Problem[], word: string): string {
  return problems
    .map(
      ({ file, line, column, code, message, fix }) =>
        `${file}:${line}:${column}  ${word}${code}  ${message}\n    fix: ${fix}`,
    )
    .join('\n');
}
