// Makes a bare clone ready and runs one `cortex` command: dependencies, nats-server, bundles. Plain Node, no dependency.
//   node tools/bootstrap.mjs demo --once
import { spawn } from 'node:child_process';
import { installDependencies, buildBundles, ensureServers, requireNode } from './prerequisites.mjs';

const [command, ...rest] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node tools/bootstrap.mjs <cortex command> [arguments]');
  process.exit(2);
}

try {
  requireNode();
  await installDependencies();
  await ensureServers(['nats-server']);
  await buildBundles();
} catch (error) {
  console.error(`\ncortex: ${error.message}`);
  process.exit(1);
}

const child = spawn(process.execPath, ['apps/cli/dist/main.js', command, ...rest], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
