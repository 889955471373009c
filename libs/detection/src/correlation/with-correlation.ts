import type { Anomaly } from '@cortex/contracts';
import { composite, severityOf, worseSeverity, type Component, type Voice } from '../scoring/composite.ts';

/** What one component says: here its share of the whole is all that matters. */
function voice(component: Component, score: number): Voice {
  return { definition: { component }, deviation: 1, score };
}

const measured = ['statistical', 'ml', 'pattern'] as const;

/**
 * The anomaly with its correlation: the composite anew, the severity judged anew, neither ever milder. Where nothing was
 * measured (an alert, say) the severity is somebody's word, and stays.
 */
export function withCorrelation(anomaly: Anomaly, correlation: number, company: string): Anomaly {
  const components = { ...anomaly.components, correlation };
  const explanation = `${anomaly.explanation === '' ? '' : `${anomaly.explanation.slice(0, 2_000)}; `}${company}`.slice(
    0,
    4_000,
  );
  const present = measured.filter((component) => anomaly.components[component] !== undefined);
  if (present.length === 0) return { ...anomaly, components, explanation };
  const voices = [...present.map((component) => voice(component, anomaly.score)), voice('correlation', correlation)];
  const score = Math.max(anomaly.score, composite(voices, 'both'));
  const severity = worseSeverity(anomaly.severity, severityOf(score) ?? anomaly.severity);
  return { ...anomaly, components, explanation, score, severity };
}
