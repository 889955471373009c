import { ExecutionRecord, journalBucket } from '@cortex/contracts';
import { nextMove, nextRollbackMove, type NextMove, type RollbackMove } from '@cortex/execution';

/** A journal as it was stored, and the moves that followed from it then. */
export interface GoldenJournal {
  readonly stored: unknown;
  readonly move: string;
  readonly rollbackMove: string;
}

/** What an executor of today does with the journal of one of before, in words that compare. */
export function movesAfter(stored: unknown): Pick<GoldenJournal, 'move' | 'rollbackMove'> {
  const record: ExecutionRecord = journalBucket.value.parse(stored);
  return { move: wordsFor(nextMove(record)), rollbackMove: rollbackWords(nextRollbackMove(record)) };
}

/** One line for each journal that is replayed otherwise than it was. */
export function differences(journals: readonly GoldenJournal[]): readonly string[] {
  return journals.flatMap((golden, index) => {
    const now = movesAfter(golden.stored);
    const isSame = now.move === golden.move && now.rollbackMove === golden.rollbackMove;
    return isSame
      ? []
      : [`journal ${index}: ${golden.move} / ${golden.rollbackMove} is now ${now.move} / ${now.rollbackMove}`];
  });
}

function wordsFor(move: NextMove): string {
  switch (move.kind) {
    case 'intent':
      return `attempt ${move.attempt} of step ${move.step.step} on ${move.target.instance}`;
    case 'resolve_ambiguous':
      return `find out about step ${move.step.step} on ${move.target.instance}`;
    case 'complete':
      return `end as ${move.outcome}: ${move.reason}`;
    case 'ended':
      return 'nothing';
  }
}

function rollbackWords(move: RollbackMove): string {
  switch (move.kind) {
    case 'intent':
      return `${move.item.kind} ${move.item.step.step} on ${move.item.target.instance}, attempt ${move.attempt}`;
    case 'resolve_ambiguous':
      return `find out about ${move.item.kind} ${move.item.step.step} on ${move.item.target.instance}`;
    case 'complete':
      return `end as ${move.outcome}: ${move.reason}`;
    case 'ended':
      return 'nothing';
  }
}
