// `npm test`: everything, on a bare clone too. The last line is the count: `N passed, N failed[, N skipped]`.
//   npm test -- unit integration      only these projects
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buildBundles, ensureServers, installDependencies, requireNode, step } from './prerequisites.mjs';

const startedAt = performance.now();
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** Test files with how long each took. */
const files = [];

/**
 * One project after the other: integration tests time real servers and processes, and fail where unit tests take both cores
 * beside them. They wait more than they compute, so there are more of them at once than cores.
 */
const projects = [
  { project: 'unit', workers: 2 },
  { project: 'integration', workers: 4 },
  { project: 'system', workers: 2 },
];

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
    'nginx',
    'faketime',
  ]);
  const node = process.execPath;
  await Promise.all([
    check('format', node, ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']),
    check('lint', node, ['node_modules/oxlint/bin/oxlint']),
    check('types', node, ['node_modules/@typescript/native/bin/tsc', '-b']),
    check('layers', node, ['tools/check-layers.mjs']),
    buildBundles(),
  ]);
  // Tests that start apps need not bundle them once more.
  process.env.CORTEX_APPS_BUNDLED = '1';
  for (const one of projects) if (asked.length === 0 || asked.includes(one.project)) await runProject(one);
} catch (error) {
  console.error(`\n${error.message}`);
  total.failed += 1;
}

console.log('\nthe slowest test files:');
for (const { path, seconds } of files.toSorted((left, right) => right.seconds - left.seconds).slice(0, 10)) {
  console.log(`${seconds.toFixed(1).padStart(8)} s  ${path}`);
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

async function runProject({ project, workers }) {
  const folder = mkdtempSync(join(tmpdir(), 'cortex-test-'));
  const report = join(folder, 'report.json');
  const began = performance.now();
  console.log(`\n• ${project} tests`);
  const status = await runToEnd(process.execPath, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    `--maxWorkers=${workers}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  console.log(`• ${project} tests took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests;
    total.skipped += result.numPendingTests + result.numTodoTests;
    // A file that cannot even be loaded has no failed tests, but the run has failed.
    if (status !== 0 && result.numFailedTests === 0) total.failed += Math.max(1, result.numFailedTestSuites);
    for (const { name, startTime, endTime } of result.testResults) {
      files.push({ path: relative(process.cwd(), name), seconds: (endTime - startTime) / 1000 });
    }
  } catch {
    total.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runToEnd(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
