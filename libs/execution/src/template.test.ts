import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaybookTemplateError } from './errors.ts';
import { substitute, templateVariables } from './template.ts';

const variables = templateVariables({
  service: 'shop',
  instance: 'shop-1',
  facts: { id: 'shop-1', host: 'node-a' },
});

describe('substitute', () => {
  it('puts the target into strings, however deep', () => {
    expect(
      substitute(
        { service_name: '${target.service}', argv: ['--on=${target.host}', { id: '${target.instance}!' }], count: 3 },
        variables,
      ),
    ).toEqual({ service_name: 'shop', argv: ['--on=node-a', { id: 'shop-1!' }], count: 3 });
  });

  it.each(['${target.nope}', '${__proto__}', '${constructor}', '${${target.host}}', '${', '${}', '${target.host'])(
    'refuses %s',
    (text) => {
      expect(() => substitute({ path: [text] }, variables)).toThrow(PlaybookTemplateError);
      expect(() => substitute({ path: [text] }, variables)).toThrow(/params\.path\[0\]/);
    },
  );

  it('never expands an inserted value again', () => {
    const hostile = new Map([['target.host', '${target.service}']]);
    expect(substitute({ a: '${target.host}' }, hostile)).toEqual({ a: '${target.service}' });
  });

  it('leaves $${ as a plain ${', () => {
    expect(substitute({ a: 'x$${target.host}y' }, variables)).toEqual({ a: 'x${target.host}y' });
  });

  it('keeps keys as plain data', () => {
    const params = JSON.parse('{"__proto__": {"polluted": "${target.host}"}}') as Record<string, string>;
    const result = substitute(params, variables);
    expect(Object.keys(result)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('changes nothing in values without a template', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        const text = JSON.stringify(params);
        fc.pre(!text.includes('${'));
        expect(JSON.stringify(substitute(JSON.parse(text) as Record<string, never>, variables))).toBe(text);
      }),
    );
  });

  it('ends in text or a coded error for whatever text', () => {
    const piece = fc.constantFrom('$', '{', '}', '${', 'target.host', '${target.host}', 'a', '\0', '"');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(attempt(pieces.join(''))).toMatch(/^(text|CORTEX_PLAYBOOK_TEMPLATE)$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

function attempt(text: string): string {
  try {
    return typeof substitute({ a: text }, variables)['a'] === 'string' ? 'text' : 'other';
  } catch (error) {
    return error instanceof PlaybookTemplateError ? error.code : String(error);
  }
}
