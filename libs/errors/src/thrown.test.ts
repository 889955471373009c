import { expect, it } from 'vitest';
import { errorOf, messageOf } from './index.ts';

it('is the message of an error, and the text of anything else that was thrown', () => {
  expect(messageOf(new RangeError('too far'))).toBe('too far');
  expect(messageOf('a text')).toBe('a text');
  expect(messageOf(undefined)).toBe('undefined');
});

it('is an error, whatever was thrown', () => {
  const error = new RangeError('too far');
  expect(errorOf(error)).toBe(error);
  expect(errorOf('a text')).toEqual(new Error('a text'));
});
