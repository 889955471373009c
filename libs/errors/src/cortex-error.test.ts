import { expect, it } from 'vitest';
import { CortexError } from './index.ts';

class SpecialError extends CortexError<'CORTEX_BUS_CLOSED'> {}

it('carries its code beside the message, and begins with it as a text and as a stack', () => {
  const cause = new RangeError('inside');
  const error = new SpecialError('CORTEX_BUS_CLOSED', 'the put was given up', { cause });
  expect(error).toMatchObject({ code: 'CORTEX_BUS_CLOSED', message: 'the put was given up', cause });
  expect(String(error)).toBe('CORTEX_BUS_CLOSED: the put was given up');
  expect(error.stack).toMatch(/^CORTEX_BUS_CLOSED: the put was given up\n +at /);
  expect(error.stack).toContain('cortex-error.test.ts');
  expect(error).not.toHaveProperty('fix');
});

it('refuses a code that is in no catalogue', () => {
  // @ts-expect-error: that it does not compile is what is tested.
  expect(new CortexError('CORTEX_BUS_UNHEARD_OF', 'x')).toBeInstanceOf(Error);
});
