// Makes a bare clone ready and runs one `cortex` command: dependencies, nats-server, bundles. Plain Node, no dependency.
//   node tools/bootstrap.mjs demo --once
import { installDependencies, buildBundles, ensureServers, requireNode } from './prerequisites.mjs';
import { fileURLToPath } from 'node:url';

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

// In this process: a second Node.js that only waits for the first would be 45 MiB for as long as the stack runs.
const program = new URL('../apps/cli/dist/main.js', import.meta.url);
process.argv = [process.execPath, fileURLToPath(program), command, ...rest];
await import(program.href);
