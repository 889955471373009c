import { describe, expect, test } from 'vitest';
import { parseAnswer } from './parse-answer.ts';
import { SilenceList } from './views/silences.ts';

const at = '2026-01-05T00:10:00.000Z';
const silence = {
  id: '0123456789ab',
  service: 'shop',
  startsAt: at,
  endsAt: at,
  by: 'anna',
  reason: 'x',
  createdAt: at,
};

describe('an answer', () => {
  test('of the form that is known is the value', () => {
    const answer = { silences: [silence], unreadable: [] };
    expect(parseAnswer(SilenceList, structuredClone(answer))).toEqual({ ok: true, value: answer });
  });

  test('of a newer server may say more, also where the record takes no other fields', () => {
    const answer = {
      silences: [{ ...silence, colour: 'red', lifted: { by: 'ben', at, how: 'by phone' } }],
      unreadable: [],
      next: 'page 2',
    };
    expect(parseAnswer(SilenceList, answer)).toEqual({
      ok: true,
      value: { silences: [{ ...silence, lifted: { by: 'ben', at } }], unreadable: [] },
    });
  });

  test.each([
    ['a missing field', { silences: [silence] }, 'unreadable: '],
    [
      'a wrong field beside an unknown one',
      { silences: [{ ...silence, by: 7, more: 1 }], unreadable: [] },
      'silences.0.by: ',
    ],
    ['no object', 'hello', 'the answer: '],
  ])('with %s names it', (_name, answer, field) => {
    const parsed = parseAnswer(SilenceList, answer);
    expect(parsed).toEqual({ ok: false, detail: expect.stringMatching(new RegExp(`^${field}[^;]+$`)) });
  });

  test('with many wrong fields names the first three', () => {
    const parsed = parseAnswer(SilenceList, { silences: [{}], unreadable: [] });
    expect(parsed.ok === false && parsed.detail.split('; ')).toHaveLength(3);
  });
});
