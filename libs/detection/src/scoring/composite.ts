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

export interface Composite {
  readonly score: number;
  readonly components: ComponentScores;
}

/**
 * Spec 1.4: the weighted sum of the components. A component speaks with the strongest voice among its algorithms; the
 * weights are renormalised over the components that have data, so that `critical` can be reached without all four.
 */
export function composite(parts: readonly { readonly component: Component; readonly score: number }[]): Composite {
  const components: { [Key in Component]?: number } = {};
  for (const { component, score } of parts) components[component] = Math.max(components[component] ?? 0, score);
  let sum = 0;
  let weights = 0;
  for (const [component, weight] of Object.entries(componentWeights) as [Component, number][]) {
    const score = components[component];
    if (score === undefined) continue;
    sum += weight * score;
    weights += weight;
  }
  return { score: weights === 0 ? 0 : Math.min(1, sum / weights), components };
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

/** The middle of a severity class: the score of a deviation whose severity was declared, not measured. */
export function typicalScore(severity: AnomalySeverity): number {
  const index = anomalySeverityThresholds.findIndex(([name]) => name === severity);
  const above = anomalySeverityThresholds[index]?.[1] ?? 0;
  const below = index > 0 ? (anomalySeverityThresholds[index - 1]?.[1] ?? 1) : 1;
  return (above + below) / 2;
}
