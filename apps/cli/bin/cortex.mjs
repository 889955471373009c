#!/usr/bin/env node
// Linked as `cortex` by the installation, which comes before the build.
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/main.js', import.meta.url);
if (existsSync(bundle)) {
  await import(bundle.href);
} else {
  console.error('CORTEX_CLI_NOT_BUILT: the command line is not built yet\n  fix: npm run build');
  process.exitCode = 1;
}
