import type { Attempt, Incident } from '@cortex/contracts';
import { activeSignals } from '../record/work.ts';

/** What was seen and what was tried: the body of the page. */
export function pageDetails(incident: Incident): string {
  const seen = activeSignals(incident)
    .slice(0, 10)
    .map((signal) => `- ${signal.summary}`);
  const tried = incident.attempts
    .slice(-5)
    .map(
      (attempt) =>
        `- ${attempt.playbookId} on ${attempt.targets.map((target) => target.instance).join(', ')}: ${resultOf(attempt)}`,
    );
  return [
    `Service ${incident.service}, ${incident.blastRadius.level}, cause: ${incident.cause}`,
    'Seen:',
    ...(seen.length > 0 ? seen : ['- nothing any more']),
    'Tried:',
    ...(tried.length > 0 ? tried : ['- nothing']),
  ]
    .join('\n')
    .slice(0, 4_000);
}

function resultOf(attempt: Attempt): string {
  const parts = [
    attempt.outcome ?? 'no answer yet',
    attempt.verification,
    attempt.rollback === undefined ? undefined : `rollback ${attempt.rollback}`,
  ];
  return [
    ...parts.filter((part) => part !== undefined),
    ...(attempt.reason === undefined ? [] : [attempt.reason.slice(0, 300)]),
  ].join(', ');
}
