import type { Anomaly } from '@cortex/contracts';
import { composite, severityOf, worseSeverity, type Component, type ComponentScore } from '../scoring/composite.ts';

/** The score of one component: only its share of the composite matters here. */
function componentScore(component: Component, score: number): ComponentScore {
  return { definition: { component }, deviation: 1, score };
}

const measured = ['statistical', 'ml', 'pattern'] as const;

/**
 * The anomaly with its correlation: composite and severity are computed anew, neither ever milder. Where nothing was
 * measured (an alert, say) the severity is its author's, and stays.
 */
export function withCorrelation(anomaly: Anomaly, correlation: number, explanationOfCorrelated: string): Anomaly {
  const components = { ...anomaly.components, correlation };
  const explanation =
    `${anomaly.explanation === '' ? '' : `${anomaly.explanation.slice(0, 2_000)}; `}${explanationOfCorrelated}`.slice(
      0,
      4_000,
    );
  const present = measured.filter((component) => anomaly.components[component] !== undefined);
  if (present.length === 0) return { ...anomaly, components, explanation };
  const scores = [
    ...present.map((component) => componentScore(component, anomaly.score)),
    componentScore('correlation', correlation),
  ];
  const score = Math.max(anomaly.score, composite(scores, 'both'));
  const severity = worseSeverity(anomaly.severity, severityOf(score) ?? anomaly.severity);
  return { ...anomaly, components, explanation, score, severity };
}
