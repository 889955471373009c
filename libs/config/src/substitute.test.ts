import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substitute } from './substitute.ts';

describe('substitute', () => {
  it('fills texts at every depth and leaves keys and other values alone', () => {
    const { value } = substitute(
      { '${a}': '${a}', list: ['x-${a}', 5, true, null], deep: { port: 80, url: 'http://${a}:${b}' } },
      { a: 'one', b: '2' },
    );
    expect(value).toEqual({
      '${a}': 'one',
      list: ['x-one', 5, true, null],
      deep: { port: 80, url: 'http://one:2' },
    });
  });

  it('never expands an inserted value again', () => {
    expect(substitute({ x: '${a}' }, { a: '${b}', b: 'secret' }).value).toEqual({ x: '${b}' });
  });

  it('writes a plain ${ for $${, and reports where a variable is unknown', () => {
    expect(substitute({ x: '$${a} ${b}' }, {})).toEqual({
      value: { x: '${a} ${b}' },
      unknown: [{ path: ['x'], name: 'b', offset: 6 }],
    });
    expect(substitute({ x: '${constructor}' }, {}).unknown).toHaveLength(1);
  });

  it('leaves a text without variables as it is', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('$')),
        (text) => {
          expect(substitute({ text }, { a: 'b' })).toEqual({ value: { text }, unknown: [] });
        },
      ),
    );
  });
});
