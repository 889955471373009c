import { build } from 'esbuild';
import { dirname, join, relative } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export interface BundledProgram {
  /** What to give to Node.js. */
  readonly file: string;
  remove(): void;
}

/**
 * Bundles a program of a test, as apps are bundled, into a folder of its own. For programs that a test starts many times: a
 * bundle is there in a fifth of the processor time. `beside`: what it runs as processes or threads, from the folder `base`.
 */
export async function bundleProgram(
  source: string,
  base = dirname(source),
  beside: readonly string[] = [],
): Promise<BundledProgram> {
  const folder = temporaryFolder('cortex-program-');
  await build({
    bundle: true,
    sourcemap: 'inline',
    logLevel: 'warning',
    entryPoints: [source, ...beside.map((name) => join(base, name))],
    outbase: base,
    outdir: folder.path,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    splitting: true,
    // CommonJS dependencies call require(); an ES module has none of its own.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return { file: join(folder.path, relative(base, source).replace(/\.ts$/, '.js')), remove: folder.remove };
}
