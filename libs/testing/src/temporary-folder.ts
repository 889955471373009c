import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Deletes it with all that is in it. */
  remove(): void;
}

const kept = new Set<string>();

/** A new empty folder, deleted at the latest when the process ends. */
export function temporaryFolder(prefix = 'cortex-test-', within = tmpdir()): TemporaryFolder {
  const path = mkdtempSync(join(within, prefix));
  // One listener for all: Node warns of more than ten.
  if (kept.size === 0) process.once('exit', removeAll);
  kept.add(path);
  const remove = (): void => {
    kept.delete(path);
    if (kept.size === 0) process.off('exit', removeAll);
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  return { path, remove };
}

function removeAll(): void {
  for (const path of kept) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}
