import { ofBus } from './list/bus.ts';
import { ofDecision } from './list/decision.ts';
import { ofExecutor } from './list/executor.ts';
import { ofJournal } from './list/journal.ts';
import { ofJudgement } from './list/judgement.ts';
import { ofPeople } from './list/people.ts';
import { ofProof } from './list/proof.ts';
import type { Mutant } from './mutant.ts';

/** Every mutant that a test must kill. */
export const mutants: readonly Mutant[] = [
  ...ofExecutor,
  ...ofJournal,
  ...ofBus,
  ...ofDecision,
  ...ofJudgement,
  ...ofProof,
  ...ofPeople,
];
