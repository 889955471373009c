import { DetectionRule, globMatches, rateOfChangePresets } from '@cortex/contracts';

const { cpu_spike, memory_leak, traffic_drop } = rateOfChangePresets;

/**
 * The rules that apply where no rule of the user does, the last one to everything: the acceptable changes of spec 1.3,
 * by metric names.
 */
export const builtinRules: readonly DetectionRule[] = [
  { match: { metric: '*cpu*' }, rateOfChange: cpu_spike },
  { match: { metric: '*memory*' }, rateOfChange: memory_leak },
  { match: { metric: '*request*' }, rateOfChange: traffic_drop },
  { match: { metric: '*traffic*' }, rateOfChange: traffic_drop },
  { match: {} },
].map((rule) => DetectionRule.parse(rule));

/** The first rule that matches, of the user's, then of the built-in ones. */
export function ruleFor(
  rules: readonly DetectionRule[],
  series: { readonly service: string; readonly metric: string },
): DetectionRule {
  const matches = ({ match }: DetectionRule): boolean =>
    globMatches(match.metric, series.metric) && globMatches(match.service, series.service);
  const rule = rules.find(matches) ?? builtinRules.find(matches);
  if (rule === undefined) throw new RangeError('the last of the rules that are built in matches everything');
  return rule;
}
