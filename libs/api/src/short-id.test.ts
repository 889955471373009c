import { expect, test } from 'vitest';
import { isNamedBy, shortId } from './short-id.ts';

const id = '01a2263a-231f-7c41-9abc-5f3c07d1e2b9';

test('ids of the same hour differ from the first character of their short form on', () => {
  expect(shortId(id)).toBe('5f3c07d1');
  expect(shortId('01a2263a-231f-7c41-9abc-e83c07d1e2b9')).toBe('e83c07d1');
});

test('an id that is no UUID is short already', () => {
  expect(shortId('a-1')).toBe('a-1');
});

test.each(['5f3c', '5f3c07d1', '5f3c07d1e2b9', '5F3C07', '01a2', '01a2263a-231f', id, ` ${id} `])(
  '%s names it',
  (wanted) => {
    expect(isNamedBy(id, wanted)).toBe(true);
  },
);

test.each(['', '5f3', '01a', '07d1', '9abc', '5f3c07d1e2b99', '-5f3c'])('%s does not', (wanted) => {
  expect(isNamedBy(id, wanted)).toBe(false);
});

test('other ids are named whole, or by their start', () => {
  expect(isNamedBy('a-1', 'a-1')).toBe(true);
  expect(isNamedBy('restart-shop-1', 'rest')).toBe(true);
  expect(isNamedBy('restart-shop-1', 'res')).toBe(false);
});
