import { stat, statfs } from 'node:fs/promises';
import { parseGlobPath } from './glob-path.ts';

/**
 * Freed bytes as a share of the file system of these paths, for the result. Undefined when they are on several file
 * systems, or when it cannot be determined.
 */
export async function recovered(
  paths: readonly string[],
  bytesFreed: number,
): Promise<{ readonly recoveredPercent?: number }> {
  const folders = paths.map((path) => parseGlobPath(path).base);
  const facts = await Promise.all(folders.map((folder) => stat(folder).catch(() => undefined)));
  const here = folders.filter((_, index) => facts[index] !== undefined);
  const devices = new Set(facts.flatMap((fact) => (fact === undefined ? [] : [fact.dev])));
  const [folder] = here;
  if (folder === undefined || devices.size !== 1) return {};
  const system = await statfs(folder).catch(() => undefined);
  if (system === undefined || system.blocks === 0) return {};
  return { recoveredPercent: (100 * bytesFreed) / (system.blocks * system.bsize) };
}
