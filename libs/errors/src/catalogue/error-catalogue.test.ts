import { expect, it } from 'vitest';
import { errorAreas, errorCatalogue } from '../index.ts';

it('has every code in exactly one area', () => {
  const inAreas = errorAreas.flatMap(({ entries }) => Object.keys(entries));
  expect(inAreas.toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
});

it('states of every code what it means, why it happens and what to do, in one line each', () => {
  const wrong = Object.entries(errorCatalogue).filter(
    ([, { means, cause, fix }]) =>
      !/^\S[^\n]+[^.\s]$/.test(means) || ![cause, fix].every((text) => /^\S[^\n]+\.$/.test(text)),
  );
  expect(wrong).toEqual([]);
});
