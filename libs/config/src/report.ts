import type { Problem, ProblemCode } from './problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export interface Where {
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  /** Point this many characters into the text. */
  readonly offset?: number;
}

/** Collects every problem, so that the user sees all of them at once. */
export class Report {
  private readonly found: Problem[] = [];

  /** A problem at a place inside a file. */
  add(source: YamlSource, path: Path, code: ProblemCode, message: string, fix: string, where: Where = {}): void {
    const { line, column } = where.atKey === true ? source.locateKey(path) : source.locate(path, where.offset);
    this.found.push({ file: source.file, line, column, path: showPath(path), code, message, fix });
  }

  /** A problem of a whole file, or at a place that only the YAML reader knows. */
  addAt(file: string, line: number, column: number, code: ProblemCode, message: string, fix: string): void {
    this.found.push({ file, line, column, path: '', code, message, fix });
  }

  get count(): number {
    return this.found.length;
  }

  /** Sorted by place; the same problem at the same place is kept once. */
  problems(): Problem[] {
    const sorted = this.found.toSorted(
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
}

/** `services[0].name`, the way people write it. */
export function showPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text;
}

function formatKey({ file, line, column, code, message }: Problem): string {
  return [file, line, column, code, message].join('\n');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
