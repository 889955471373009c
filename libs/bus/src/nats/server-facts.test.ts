import { expect, test } from 'vitest';
import { durabilityOf, isAtLeast } from './server-facts.ts';

test('versions compare by their numbers', () => {
  expect(isAtLeast('2.9.10', [2, 9, 10])).toBe(true);
  expect(isAtLeast('2.9.9', [2, 9, 10])).toBe(false);
  expect(isAtLeast('2.10.0', [2, 9, 10])).toBe(true);
  expect(isAtLeast('2.12.1-RC.2', [2, 9, 10])).toBe(true);
  expect(isAtLeast('1.99.99', [2, 9, 10])).toBe(false);
  expect(isAtLeast('3', [2, 9, 10])).toBe(true);
});

test('a server that cannot sync before it acks is never said to do so', async () => {
  expect(await durabilityOf('2.9.10', 'http://127.0.0.1:1')).toBe('background');
  expect(await durabilityOf('2.12.1', undefined)).toBe('unknown');
});
