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

/** Sorted by place; the same problem at the same place is kept once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const sorted = problems.toSorted(
    (left, right) =>
      compare(left.file, right.file) ||
      left.line - right.line ||
      left.column - right.column ||
      compare(left.code, right.code) ||
      compare(left.message, right.message),
  );
  return sorted.filter((problem, index) => {
    const before = sorted[index - 1];
    return before === undefined || formatKey(before) !== formatKey(problem);
  });
}

function formatKey({ file, line, column, code, message }: Problem): string {
  return [file, line, column, code, message].join('\n');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
