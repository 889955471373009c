import { closeSync, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readLogLine, type LogLine } from './log-line.ts';

/** The newest part of a file that is read: older lines are in the file. */
const mostBytesBack = 4 * 1024 * 1024;
const suffix = '.log';

/** The logs of a stack: a file for each program, read from their ends on. */
export class LogFolder {
  readonly #path: string;
  readonly #positions = new Map<string, number>();

  constructor(path: string) {
    this.#path = path;
  }

  /** What was written since the last call, at first the newest part of each file; oldest first. */
  read(): readonly LogLine[] {
    const lines = this.#files().flatMap((name) => inherit(this.#readFile(name)));
    return lines.sort((left, right) => left.sortBy.localeCompare(right.sortBy)).map(({ line }) => line);
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.#path).filter((name) => name.endsWith(suffix));
    } catch {
      // Nothing was started here yet.
      return [];
    }
  }

  #readFile(name: string): readonly LogLine[] {
    const path = join(this.#path, name);
    const { size } = statSync(path);
    const known = this.#positions.get(name);
    // A file that became shorter was written anew.
    const isNew = known === undefined || known > size;
    const from = isNew ? Math.max(0, size - mostBytesBack) : known;
    const { text, end } = readFrom(path, from);
    this.#positions.set(name, end);
    const parts = text.split('\n');
    // The first line of a part is not whole.
    if (isNew && from > 0) parts.shift();
    return parts.filter((raw) => raw !== '').map((raw) => readLogLine(raw, name.slice(0, -suffix.length)));
  }
}

/** A line without a time stays behind the one that it belongs to. */
function inherit(lines: readonly LogLine[]): readonly { readonly line: LogLine; readonly sortBy: string }[] {
  let sortBy = '';
  return lines.map((line) => {
    sortBy = line.at ?? sortBy;
    return { line, sortBy };
  });
}

function readFrom(path: string, from: number): { readonly text: string; readonly end: number } {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - from));
    const length = readSync(file, buffer, 0, buffer.length, from);
    // A character may be half written: what follows the last line end is read again.
    const whole = buffer.subarray(0, length).lastIndexOf(0x0a) + 1;
    return { text: buffer.subarray(0, whole).toString('utf8'), end: from + whole };
  } finally {
    closeSync(file);
  }
}
