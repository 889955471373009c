import type { Mutant } from '../mutant.ts';

const nextMove = 'libs/execution/src/next-move.ts';
const record = 'libs/execution/src/record.ts';
const rollback = 'libs/execution/src/rollback.ts';

/** What follows from the journal of an execution. */
export const ofJournal: readonly Mutant[] = [
  {
    id: 'unreadable-journal-begun-anew',
    file: 'apps/executor/src/execution/journal.ts',
    find: 'throw error instanceof BadEntryError ? new JournalUnreadableError(executionId, error) : error;',
    replace: 'if (error instanceof BadEntryError) return undefined;\n    throw error;',
    breaks: 'An execution whose journal cannot be read is told as if it had never begun.',
  },
  {
    id: 'begun-counts-as-fresh',
    file: 'libs/execution/src/results.ts',
    find: 'return record.entries.some(({ provedUndone }) => provedUndone !== true);',
    replace: 'return record.entries.length < 0;',
    breaks: 'An execution that is under way may be refused, as if nothing had been done.',
  },
  {
    id: 'final-failure-retried',
    file: nextMove,
    find: 'return last.retryable === true && failures <= retries',
    replace: 'return failures <= retries',
    breaks: 'A failure that the action calls final is tried again.',
  },
  {
    id: 'endless-crash-repeats',
    file: nextMove,
    find: 'if (cutShort <= maxCrashRepeats) return again;',
    replace: 'if (cutShort > 0) return again;',
    breaks: 'A step that crashes its executor crashes it for ever.',
  },
  {
    id: 'failed-step-passed',
    file: nextMove,
    find: 'if (step.continueOnFailure) continue;',
    replace: 'if (step.retries >= 0) continue;',
    breaks: 'The next step is made although the one before has failed.',
  },
  {
    id: 'doubt-passed',
    file: nextMove,
    find: "return { kind: 'complete', outcome: 'ambiguous', reason: describe('is in doubt', step, target, record) };",
    replace: "return 'passed';",
    breaks: 'A step of which nobody knows whether it was done counts as done.',
  },
  {
    id: 'older-token-accepted',
    file: record,
    find: 'targetKey(entry.target) === key && entry.token > fields.token',
    replace: 'targetKey(entry.target) === key && entry.token > fields.token + 1e9',
    breaks: 'An effect is made under an older lease than one before it.',
  },
  {
    id: 'second-open-intent',
    file: record,
    find: "if (openIntent(record) !== undefined) throw new JournalOrderError(executionId, 'intent while another is open');",
    replace: '',
    breaks: 'An effect is begun before it is known what became of the last.',
  },
  {
    id: 'rollback-in-order',
    file: rollback,
    find: 'return touched.toReversed().map(',
    replace: 'return [...touched].map(',
    breaks: 'A rollback undoes the first step first.',
  },
  {
    id: 'rollback-of-all-tried',
    file: rollback,
    find: "return entry.result?.outcome === 'succeeded' || entry.result?.outcome === 'ambiguous';",
    replace: 'return entry.attempt > 0;',
    breaks: 'A rollback undoes what was never done.',
  },
  {
    id: 'rollback-goes-on-after-failure',
    file: rollback,
    find: "if (item.kind === 'step' && step.continueOnFailure) continue;",
    replace: "if (item.kind === 'undo') continue;",
    breaks: 'A rollback goes on below an undo that has failed.',
  },
  {
    id: 'partial-failure-changed-nothing',
    file: 'libs/execution/src/results.ts',
    find: "return partial === true ? 'some' : 'none';",
    replace: "return partial === undefined ? 'some' : 'none';",
    breaks: 'What broke off half-way counts as not begun.',
  },
  {
    id: 'interrupted-counts-as-not-begun',
    file: 'libs/execution/src/results.ts',
    find: "return provedUndone === true ? 'none' : 'unknown';",
    replace: "return provedUndone === undefined ? 'none' : 'unknown';",
    breaks: 'What a crash interrupted counts as not done, without a probe.',
  },
];
