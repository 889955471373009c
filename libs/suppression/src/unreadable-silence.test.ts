import { expect, it } from 'vitest';
import { mayHold, possibleSilence } from './unreadable-silence.ts';

const now = '2026-03-02T09:00:00.000Z';
const holds = (text: string, service: string): boolean => mayHold(possibleSilence(text), service, now);

it.each([
  [
    'of its service, when the rest is spoiled',
    { id: 7, service: 'shop', endsAt: '2026-03-02T10:00:00.000Z' },
    true,
    false,
  ],
  ['nowhere, once it has ended', { id: 7, service: 'shop', endsAt: '2026-03-02T08:00:00.000Z' }, false, false],
  ['anywhere, when it does not say until when', { service: 'shop' }, true, true],
  ['anywhere, when it does not say where', { service: 7, endsAt: '2026-03-02T10:00:00.000Z' }, true, true],
  ['anywhere, when it is no record', 'text', true, true],
])('an unreadable silence may hold %s', (_, value, ofShop, ofMail) => {
  const text = JSON.stringify(value);
  expect([holds(text, 'shop'), holds(text, 'mail')]).toEqual([ofShop, ofMail]);
});

it('an unreadable silence may hold anywhere when it is no JSON', () => {
  expect(holds('{"service":"shop"', 'mail')).toBe(true);
});
