import { anomalySeverityThresholds, type AnomalySeverity } from '@cortex/contracts';

/** The families of algorithms that spec 1.4 weighs. */
export type Component = 'statistical' | 'ml' | 'pattern' | 'correlation';
export type ComponentScores = { readonly [Key in Component]?: number };

/** Spec 1.4. */
const componentWeights: Readonly<Record<Component, number>> = {
  statistical: 0.3,
  ml: 0.4,
  pattern: 0.2,
  correlation: 0.1,
};

/** The score of one algorithm: NaN for too little history, negative deviation for too low. */
export interface ComponentScore {
  readonly definition: { readonly component: Component };
  readonly deviation: number;
  readonly score: number;
}

/**
 * Spec 1.4: the weighted sum of the components. A component has the strongest score among its algorithms; the weights
 * are renormalised over the components that have data, so that `critical` can be reached without all four. A deviation
 * in an unwanted direction counts nothing.
 */
export function composite(scores: readonly ComponentScore[], wanted: 'both' | 'up' | 'down'): number {
  let statistical = -1;
  let ml = -1;
  let pattern = -1;
  let correlation = -1;
  for (const { definition, deviation, score } of scores) {
    if (Number.isNaN(deviation)) continue;
    const counted = wanted === 'both' || wanted === (deviation >= 0 ? 'up' : 'down') ? score : 0;
    switch (definition.component) {
      case 'statistical':
        statistical = Math.max(statistical, counted);
        break;
      case 'ml':
        ml = Math.max(ml, counted);
        break;
      case 'pattern':
        pattern = Math.max(pattern, counted);
        break;
      case 'correlation':
        correlation = Math.max(correlation, counted);
        break;
      default:
        definition.component satisfies never;
    }
  }
  const weights = componentWeights;
  let sum = 0;
  let total = 0;
  if (statistical >= 0) [sum, total] = [sum + weights.statistical * statistical, total + weights.statistical];
  if (ml >= 0) [sum, total] = [sum + weights.ml * ml, total + weights.ml];
  if (pattern >= 0) [sum, total] = [sum + weights.pattern * pattern, total + weights.pattern];
  if (correlation >= 0) [sum, total] = [sum + weights.correlation * correlation, total + weights.correlation];
  return total === 0 ? 0 : Math.min(1, sum / total);
}

/** The severity class of a composite score, or undefined below `info`. Spec 1.4. */
export function severityOf(score: number): AnomalySeverity | undefined {
  return anomalySeverityThresholds.find(([, above]) => score > above)?.[0];
}

/** 0 for none, 1 for info, up to 5 for critical. */
export function severityRank(severity: AnomalySeverity | undefined): number {
  const index = anomalySeverityThresholds.findIndex(([name]) => name === severity);
  return index === -1 ? 0 : anomalySeverityThresholds.length - index;
}

export function worseSeverity(left: AnomalySeverity, right: AnomalySeverity): AnomalySeverity {
  return severityRank(left) >= severityRank(right) ? left : right;
}
