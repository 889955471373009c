import { expect, test } from 'vitest';
import { judged } from '../faults/scenario.ts';
import { scenarios } from '../faults/scenarios.ts';

/** The rows of the fault matrix that take seconds, once each; `npm run faults` runs all, with as many seeds as one likes. */
test.each(scenarios.filter(({ isQuick, known }) => isQuick && known === undefined))('$id: $title', async (row) => {
  const { violations } = await judged(row, 1, 'short');
  expect(violations).toEqual([]);
});
