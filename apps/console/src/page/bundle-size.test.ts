import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the page bundles the table of endpoints, and no schema: zod alone would be ten times the page', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('main.tsx', import.meta.url))],
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    outdir: 'unused',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const [script] = Object.entries(metafile.outputs).flatMap(([path, output]) => (path.endsWith('.js') ? [output] : []));
  const parts = Object.entries(script?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  expect(parts.map(([path]) => path).filter((path) => /zod|contracts/.test(path))).toEqual([]);
  expect(script?.bytes).toBeLessThan(64 * 1_024);
});
