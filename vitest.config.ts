import { defineConfig } from 'vitest/config';
import { mutantPlugins, mutantVariable } from './test/mutants/plugin.ts';
import { ShortestFirst } from './test/mutants/shortest-first.ts';

const sources = ['libs/*/src', 'apps/*/src'];

/** `unit` is pure and fast; `integration` starts real servers; `system` starts the whole of Cortex. */
export default defineConfig({
  test: {
    ...(process.env[mutantVariable] === undefined ? {} : { sequence: { sequencer: ShortestFirst } }),
    projects: [
      {
        plugins: mutantPlugins(),
        test: {
          name: 'unit',
          include: [...sources.map((folder) => `${folder}/**/*.test.{ts,tsx}`), 'test/unit/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/dist/**', '**/node_modules/**'],
          pool: 'forks',
          isolate: false,
          // Half of what a simulation does is garbage at once: with room for it, little is copied.
          execArgv: ['--max-semi-space-size=64'],
          // No test of time: a busy machine takes its time over thousands of cases.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [...sources.map((folder) => `${folder}/**/*.integration.test.ts`), 'test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // What each starts is its own: ports, folders, processes. How many at once: tools/test.mjs.
        },
      },
    ],
  },
});
