import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Small files that take minutes. */
const slow = /\/(?:search-[a-z]+|storm)\.test\.ts$/;

/**
 * Vitest begins with the longest test files, for they keep its workers busy; a mutant is killed soonest by the short ones.
 * Vitest takes a small file for a short one.
 */
export class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const shortestFirst = (await super.sort(files)).toReversed();
    const isSlow = ({ moduleId }: TestSpecification): boolean => slow.test(moduleId);
    return [...shortestFirst.filter((file) => !isSlow(file)), ...shortestFirst.filter(isSlow)];
  }
}
