import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest begins with the longest test files, for they keep its workers busy; a mutant is killed soonest by the short ones. */
export class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toReversed();
  }
}
