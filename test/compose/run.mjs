// `npm run test:compose`: builds and starts docker-compose.yml for real: with a folder of one's own, and the demo.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demo } from './demo.mjs';
import { startEngine } from './engine.mjs';
import { ownFolder } from './own-folder.mjs';

process.chdir(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const startedAt = performance.now();
const count = { passed: 0, failed: 0 };
const say = (text) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);

async function check(name, body) {
  try {
    await body();
    count.passed += 1;
    say(`✓ ${name}`);
  } catch (error) {
    count.failed += 1;
    say(`✗ ${name}\n${error.message}`);
    throw error;
  }
}

const engine = await startEngine(`cortex-test-${process.pid}`, say);
try {
  await ownFolder(engine, check);
  await demo(engine, check);
} catch (error) {
  if (count.failed === 0) {
    count.failed += 1;
    console.error(error.message);
  }
  console.error(engine.compose(['logs', '--tail', '40'], { allowFailure: true }).stdout.slice(-20_000));
} finally {
  engine.stop();
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
