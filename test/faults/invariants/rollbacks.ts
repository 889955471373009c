import type { Evidence } from '../evidence.ts';

/** INV-11. */
export function undoneOnce({ executions }: Evidence): readonly string[] {
  return executions.flatMap(({ remediation, entries }) => {
    const undone = entries.filter(({ phase, result }) => phase === 'rollback' && result?.outcome === 'succeeded');
    const places = undone.map(({ step, target }) => `step ${step} on ${target.instance}`);
    return places
      .filter((place, index) => places.indexOf(place) !== index)
      .map((place) => `${place} of ${remediation.executionId} was undone more than once`);
  });
}
