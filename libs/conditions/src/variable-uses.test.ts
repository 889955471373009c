import { describe, expect, it } from 'vitest';
import { compileCondition } from './compile-condition.ts';

function usesOf(condition: string) {
  return compileCondition(condition).uses.map(({ name, as, texts, isOrdered }) => ({
    name,
    as: isOrdered ? `ordered ${as}` : as,
    texts: texts.map(({ text, position }) => `${text}@${position}`),
  }));
}

describe('how a condition uses its variables', () => {
  it.each([
    ['a == "x"', [{ name: 'a', as: 'text', texts: ['x@6'] }]],
    ['"x" != a', [{ name: 'a', as: 'text', texts: ['x@1'] }]],
    ['a: "x"', [{ name: 'a', as: 'text', texts: ['x@4'] }]],
    ['"x" in a', [{ name: 'a', as: 'list', texts: ['x@1'] }]],
    [
      'NOT ("x" in a) OR b',
      [
        { name: 'a', as: 'list', texts: ['x@6'] },
        { name: 'b', as: 'truth', texts: [] },
      ],
    ],
    ['a in ["x", "y"]', [{ name: 'a', as: 'text', texts: ['x@7', 'y@12'] }]],
    ['a in [1, 2]', [{ name: 'a', as: 'number', texts: [] }]],
    ['a >= "x"', [{ name: 'a', as: 'ordered text', texts: ['x@6'] }]],
    ['a == true', [{ name: 'a', as: 'truth', texts: [] }]],
    ['a.contains("x")', [{ name: 'a', as: 'text', texts: [] }]],
    ['size(a) > 1', [{ name: 'a', as: 'list', texts: [] }]],
    [
      'a / b > 0.5',
      [
        { name: 'a', as: 'number', texts: [] },
        { name: 'b', as: 'number', texts: [] },
      ],
    ],
    ['-a < 1', [{ name: 'a', as: 'number', texts: [] }]],
    [
      'a == b',
      [
        { name: 'a', as: 'unknown', texts: [] },
        { name: 'b', as: 'unknown', texts: [] },
      ],
    ],
  ])('%s', (condition, uses) => {
    expect(usesOf(condition)).toEqual(uses);
  });
});
