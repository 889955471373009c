import { expect, test } from 'vitest';
import { invariants } from './invariants/invariants.ts';
import { describeFailure, search } from './search.ts';

/** More, or other seeds, for a long search: `npm run simulate`. */
const runs = Number(process.env['SIMULATION_RUNS'] ?? 500);
/** A mutant is to be killed, not to be explained. */
const isQuick = process.env['SIMULATION_QUICK'] === '1';

/** Searches with one seed. Two files do so, since each has a core to itself. */
export function searchTest(seed: number): void {
  const count = Object.keys(invariants).length;
  test(
    `whatever breaks whenever: ${count} invariants hold (${runs} schedules)`,
    { timeout: isQuick ? 0 : 1_500_000 },
    async () => {
      const result = await search({ runs, seed, isQuick });
      if (!result.ok) throw new Error(describeFailure(result));
      // A search that met none of these would prove nothing.
      for (const [what, met] of Object.entries(result.met)) expect([what, met > runs / 50]).toEqual([what, true]);
    },
  );
}
