import type { Evidence } from '../evidence.ts';

/** A sample may be as old as that, and a verification looks at what it saw a moment ago. */
const withinMs = 2_000;

/** INV-10: where SUCCESS was claimed, the target was seen to serve at that time. */
export function proofIsTrue({ events, patients, samples }: Evidence): readonly string[] {
  return events
    .filter(({ type, data }) => type === 'verification.completed' && data['state'] === 'SUCCESS')
    .flatMap(({ service, data }) => {
      const atMs = Date.parse(String(data['completedAt'] ?? data['at']));
      const near = samples.filter((sample) => Math.abs(sample.atMs - atMs) <= withinMs);
      const own = patients.flatMap((patient, index) => (patient.service === service ? [index] : []));
      const served = own.some((index) => near.some(({ up }) => up[index] === true));
      return near.length === 0 || served ? [] : [`SUCCESS was claimed of ${service}, which did not serve`];
    });
}
