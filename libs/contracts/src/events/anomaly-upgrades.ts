import type { Harm } from '../model/harm.ts';

/** Anomalies as in the events `anomaly.detected` and `anomaly.updated` v1: without harm, they count as they did then. */
export function upgradeAnomaly(anomaly: unknown): unknown {
  if (typeof anomaly !== 'object' || anomaly === null || Array.isArray(anomaly) || 'harm' in anomaly) return anomaly;
  const harm: Harm = { kind: 'unjudged', reason: 'it was found by a version of Cortex that judged rarity alone' };
  return { ...anomaly, harm };
}
