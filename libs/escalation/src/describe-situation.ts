import type { Situation } from '@cortex/contracts';

const longest = 4_000;

/** The situation as the text of a page. */
export function describeSituation({ since, wrong, tried, waitsFor, plan, ended }: Situation): string {
  const lines = ended === undefined ? [`Wrong since ${since}:`, ...list(wrong, 'nothing at this moment')] : [];
  if (ended !== undefined) {
    lines.push(`Ended (${ended.how}) at ${ended.at}: ${ended.reason}`);
    lines.push(`Wrong from ${since} to ${ended.recoveredAt}, ${secondsOf(ended.afterMs)} s.`);
  }
  lines.push(
    'Tried:',
    ...list(
      tried.map(({ playbook, targets, at, result }) => `${at} ${playbook} on ${namesOf(targets)}: ${result}`),
      'nothing',
    ),
  );
  if (waitsFor !== undefined) {
    const until = waitsFor.until === undefined ? '' : ` (until ${waitsFor.until})`;
    lines.push(`Waits for ${waitsFor.what}${until}, because ${waitsFor.why}`);
  }
  if (plan !== undefined) {
    lines.push(
      `Plan to approve, ${plan.playbook} on ${namesOf(plan.targets)}:`,
      ...plan.steps.map(({ name, action, params }, index) => `${index + 1}. ${name}: ${action} ${valuesOf(params)}`),
      `Approve: cortex approve ${plan.approvalId}`,
    );
  }
  return lines.join('\n').slice(0, longest);
}

function list(entries: readonly string[], empty: string): readonly string[] {
  return (entries.length === 0 ? [empty] : entries).map((entry) => `- ${entry}`);
}

function valuesOf(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

function namesOf(targets: readonly { readonly instance: string }[]): string {
  return targets.map((target) => target.instance).join(', ');
}

function secondsOf(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
