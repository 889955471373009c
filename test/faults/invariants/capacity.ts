import type { Evidence } from '../evidence.ts';

/** INV-1: an instance is worked on from its effect until it is seen to serve. */
export function enoughServe({ effects, patients, samples, maxUnavailable }: Evidence): readonly string[] {
  const windows = effects.map(({ service, instance, atMs }) => {
    const index = patients.findIndex((patient) => patient.instance === instance);
    const served = samples.find((sample) => sample.atMs >= atMs && sample.up[index] === true);
    return { service, instance, atMs, untilMs: served?.atMs ?? Number.POSITIVE_INFINITY };
  });
  return windows.flatMap((one) => {
    const beside = windows.filter(
      (other) => other.service === one.service && other.atMs <= one.atMs && other.untilMs > one.atMs,
    );
    const instances = new Set(beside.map(({ instance }) => instance));
    if (instances.size <= maxUnavailable) return [];
    return [`${instances.size} instances of ${one.service} were worked on at once: ${[...instances].join(', ')}`];
  });
}
