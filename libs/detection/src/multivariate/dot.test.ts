import { expect, test } from 'vitest';
import { dot32, dot64 } from './dot.ts';

test.each([0, 1, 3, 4, 5, 8, 11])('the products of %i numbers from any place on are summed', (count) => {
  const left = [9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const right = [9, 9, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
  let expected = 0;
  for (let index = 0; index < count; index += 1) expected += (left[1 + index] as number) * (right[2 + index] as number);
  expect(dot64(Float64Array.from(left), 1, right, 2, count)).toBe(expected);
  expect(dot32(Float32Array.from(left), 1, Float32Array.from(right), 2, count)).toBe(expected);
});
