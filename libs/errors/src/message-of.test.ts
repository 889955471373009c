import { expect, it } from 'vitest';
import { messageOf } from './index.ts';

it('is the message of an error, and the text of anything else that was thrown', () => {
  expect(messageOf(new RangeError('too far'))).toBe('too far');
  expect(messageOf('a text')).toBe('a text');
  expect(messageOf(undefined)).toBe('undefined');
});
