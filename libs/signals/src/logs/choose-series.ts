import { textOf } from './template-tree.ts';
import type { TemplateTraffic } from './template-traffic.ts';

/**
 * Series appear and disappear with their anomalies, so a template replaces another only with this many times its
 * traffic.
 */
const displacedBy = 4;

/**
 * Gives the busiest templates a series: half of `max` to those of warnings and errors, half to the rest. Templates with
 * a series keep it.
 */
export function chooseSeries(all: readonly TemplateTraffic[], max: number): void {
  const ofWarnings = Math.ceil(max / 2);
  choose(
    all.filter(({ template }) => template.level !== 'other'),
    ofWarnings,
  );
  choose(
    all.filter(({ template }) => template.level === 'other'),
    max - ofWarnings,
  );
}

function choose(all: readonly TemplateTraffic[], max: number): void {
  const byTraffic = [...all].sort((left, right) => right.perSecond - left.perSecond);
  const chosen = byTraffic.filter(({ label }) => label !== undefined);
  for (const candidate of byTraffic) {
    if (candidate.label !== undefined || candidate.perSecond === 0) continue;
    if (chosen.length >= max) {
      const weakest = chosen.at(-1);
      if (weakest === undefined || candidate.perSecond <= displacedBy * weakest.perSecond) return;
      weakest.label = undefined;
      chosen.pop();
    }
    candidate.label = textOf(candidate.template);
    chosen.unshift(candidate);
  }
}
