// `npm run faults`: makes a bare clone ready and runs the fault matrix, test/faults/main.ts.
import { spawn } from 'node:child_process';
import { buildBundles, ensureServers, installDependencies, requireNode } from './prerequisites.mjs';

const args = process.argv.slice(2);
try {
  requireNode();
  await installDependencies();
  const onlyAsks = args.includes('--help') || args.includes('--list');
  if (!onlyAsks) {
    await ensureServers(['nats-server', 'faketime']);
    await buildBundles();
  }
} catch (error) {
  console.error(`\nfaults: ${error.message}`);
  process.exit(1);
}

const child = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'test/faults/main.ts', ...args], {
  stdio: 'inherit',
});
child.on('close', (code) => (process.exitCode = code ?? 1));
