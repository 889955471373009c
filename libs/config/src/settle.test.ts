import { describe, expect, it } from 'vitest';
import { settle } from './settle.ts';

describe('a settled configuration', () => {
  it('is the same after a trip through JSON', () => {
    const settled = settle({
      users: undefined,
      metadata: { rate: undefined, runs: 1 },
      list: [{ a: undefined, b: 2 }],
    });
    expect(Object.keys(settled)).toEqual(['metadata', 'list']);
    expect(JSON.parse(JSON.stringify(settled))).toStrictEqual(settled);
  });

  it('cannot be changed', () => {
    const settled: { deep: { list: number[] } } = settle({ deep: { list: [1] } });
    expect(() => settled.deep.list.push(2)).toThrow(TypeError);
  });
});
