// `npm test`: everything, on a bare clone too. The last line is the count: `N passed, N failed[, N skipped]`.
//   npm test -- unit integration      only these projects
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles, ensureServers, installDependencies, requireNode, step } from './prerequisites.mjs';

const startedAt = performance.now();
const projects = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
/** Integration tests wait more than they compute: more workers than cores. System tests have the machine to themselves. */
const workers = { unit: 2, integration: 4, system: 1 };
const selected = projects.length > 0 ? projects : ['unit', 'integration', 'system'];
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  requireNode();
  await installDependencies();
  await ensureServers([
    'nats-server',
    'chromium',
    'prometheus',
    'rabbitmq-server',
    'postgres',
    'redis-server',
    'memcached',
  ]);
  const node = process.execPath;
  await check('format', node, ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']);
  await check('lint', node, ['node_modules/oxlint/bin/oxlint']);
  await check('types', node, ['node_modules/@typescript/native/bin/tsc', '-b']);
  await check('layers', node, ['tools/check-layers.mjs']);
  await buildBundles();
  for (const project of selected) runProject(project);
} catch (error) {
  console.error(`\n${error.message}`);
  total.failed += 1;
}

console.log(`\nwhole run: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

/** A static check counts as one test; the others run all the same. */
async function check(title, command, args) {
  try {
    await step(title, command, args, { quiet: true });
    total.passed += 1;
  } catch (error) {
    console.error(error.message);
    total.failed += 1;
  }
}

function runProject(project) {
  const folder = mkdtempSync(join(tmpdir(), 'cortex-test-'));
  const report = join(folder, 'report.json');
  console.log(`\n• ${project} tests`);
  const run = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      project,
      `--maxWorkers=${workers[project]}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { stdio: 'inherit' },
  );
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests;
    total.skipped += result.numPendingTests + result.numTodoTests;
    // A file that cannot even be loaded has no failed tests, but the run has failed.
    if (run.status !== 0 && result.numFailedTests === 0) total.failed += Math.max(1, result.numFailedTestSuites);
  } catch {
    total.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
