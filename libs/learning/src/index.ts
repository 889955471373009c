export { historyRecordOf } from './history-record.ts';
export type { UsersOf } from './history-record.ts';
export { lessonsOf } from './incident-lessons.ts';
export type { IncidentLesson } from './incident-lessons.ts';
export { falseAlarms, playbookOf } from './outcome.ts';
export type { Outcome } from './outcome.ts';
export { learnOutcome, saysSomething } from './playbook-performance.ts';
export { recommendationsFor, recommendationsOpenedAt } from './recommendations.ts';
export type { Recommendation } from './recommendations.ts';
