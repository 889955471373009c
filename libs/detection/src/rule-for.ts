import { DetectionRule } from '@cortex/contracts';

/** What applies where no rule of the user does. */
export const defaultRule: DetectionRule = DetectionRule.parse({ match: {} });

/** The first rule that matches, else the default. */
export function ruleFor(
  rules: readonly DetectionRule[],
  series: { readonly service: string; readonly metric: string },
): DetectionRule {
  const match = rules.find(
    (rule) => globMatches(rule.match.metric, series.metric) && globMatches(rule.match.service, series.service),
  );
  return match ?? defaultRule;
}

/** Whether a text matches a pattern in which `*` stands for any run of characters. Never slower than their product. */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let afterStar = 0;
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern;
      inPattern += 1;
      afterStar = at;
    } else if (pattern[inPattern] === text[at]) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      afterStar += 1;
      at = afterStar;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
