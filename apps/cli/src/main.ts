#!/usr/bin/env node
import { runCommandLine } from './program.ts';

const stopped = new AbortController();
/** One Ctrl-C may arrive twice: from the terminal, and passed on by whoever started us. A later one means: now. */
const sameKeypressMs = 1_000;
let firstSignalAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    firstSignalAt ??= performance.now();
    if (performance.now() - firstSignalAt > sameKeypressMs) process.exit(130);
    stopped.abort();
  });
}
// A reader that has seen enough (`| head`) closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  workingFolder: process.cwd(),
  screen: () =>
    process.stdout.isTTY ? { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 } : undefined,
  signal: stopped.signal,
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
