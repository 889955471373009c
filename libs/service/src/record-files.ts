import { createHash } from 'node:crypto';
import { dirname, relative } from 'node:path';

/** Reads files, and knows what it has read. */
export interface RecordedFiles {
  readonly readFile: (path: string) => string;
  /**
   * SHA-256 of all texts that were read. Their places count relative to the folder of the configuration, so that the same
   * files have the same digest on every machine and in every container; the name of the configuration file itself does not.
   */
  digest(): string;
}

export function recordFiles(entry: string, readFile: (path: string) => string): RecordedFiles {
  const texts = new Map<string, string>();
  const nameOf = (path: string): string => (path === entry ? '' : relative(dirname(entry), path));
  return {
    readFile(path) {
      const text = readFile(path);
      texts.set(nameOf(path), text);
      return text;
    },
    digest() {
      const hash = createHash('sha256');
      for (const name of [...texts.keys()].sort()) hash.update(JSON.stringify([name, texts.get(name)]));
      return hash.digest('hex');
    },
  };
}
