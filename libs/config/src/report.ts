import { inOrder, type Problem, type ProblemCode } from './problem.ts';
import { redactText } from './redact.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export interface Where {
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  /** Point this many characters into the text. */
  readonly offset?: number;
}

/**
 * Collects every problem, so that the user sees all of them at once, and what is doubtful but no mistake. No message keeps
 * a secret of the file that it quotes.
 */
export class Report {
  private readonly found: Problem[] = [];
  private readonly doubtful: Problem[] = [];

  /** A problem at a place inside a file. */
  add(source: YamlSource, path: Path, code: ProblemCode, message: string, fix: string, where: Where = {}): void {
    this.found.push(problemAt(source, path, code, message, fix, where));
  }

  /** What may be right, but most likely is not what the user means. */
  warn(source: YamlSource, path: Path, code: ProblemCode, message: string, fix: string, where: Where = {}): void {
    this.doubtful.push(problemAt(source, path, code, message, fix, where));
  }

  /** A problem of a whole file, or at a place that only the YAML reader knows. */
  addAt(file: string, line: number, column: number, code: ProblemCode, message: string, fix: string): void {
    this.found.push({ file, line, column, path: '', code, message: redactText(message), fix: redactText(fix) });
  }

  get count(): number {
    return this.found.length;
  }

  problems(): Problem[] {
    return inOrder(this.found);
  }

  warnings(): Problem[] {
    return inOrder(this.doubtful);
  }
}

function problemAt(
  source: YamlSource,
  path: Path,
  code: ProblemCode,
  message: string,
  fix: string,
  where: Where,
): Problem {
  const { line, column } = where.atKey === true ? source.locateKey(path) : source.locate(path, where.offset);
  const { file } = source;
  return {
    file,
    line,
    column,
    path: source.redact(showPath(path)),
    code,
    message: source.redact(message),
    fix: source.redact(fix),
  };
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
