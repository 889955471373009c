import { z } from 'zod';

/** How far a single signal is from normal. Spec 1.4. */
export const AnomalySeverity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
export type AnomalySeverity = z.infer<typeof AnomalySeverity>;

/** The severity of an incident. SEV0 is the worst. Spec 5.1. */
export const IncidentSeverity = z.enum(['SEV0', 'SEV1', 'SEV2', 'SEV3']);
export type IncidentSeverity = z.infer<typeof IncidentSeverity>;

/** Composite-score thresholds, exclusive, worst first. Spec 1.4. */
export const anomalySeverityThresholds: readonly (readonly [AnomalySeverity, number])[] = [
  ['critical', 0.9],
  ['high', 0.75],
  ['medium', 0.5],
  ['low', 0.3],
  ['info', 0.1],
];

/** The middle of a severity class: the score of a deviation whose severity was declared, not measured. */
export function typicalScore(severity: AnomalySeverity): number {
  const index = anomalySeverityThresholds.findIndex(([name]) => name === severity);
  const above = anomalySeverityThresholds[index]?.[1] ?? 0;
  const below = index > 0 ? (anomalySeverityThresholds[index - 1]?.[1] ?? 1) : 1;
  return (above + below) / 2;
}
