import { fileURLToPath } from 'node:url';
import { bundleProgram } from '@cortex/testing';
import type { BundledProgram } from '@cortex/testing';

/** An executor as a process of its own, for tests that start, kill and freeze many. */
export function bundleExecutor(): Promise<BundledProgram> {
  const source = fileURLToPath(new URL('executor-process.ts', import.meta.url));
  return bundleProgram(source, fileURLToPath(new URL('..', import.meta.url)), ['action-worker.ts']);
}
