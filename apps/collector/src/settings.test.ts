import { expect, it } from 'vitest';
import { readSettings } from './settings.ts';

it('takes an address to listen on from the environment, and an empty variable for an absent one', () => {
  expect(readSettings({ CORTEX_OTLP_HOST: '0.0.0.0' })).toEqual({ otlpHost: '0.0.0.0' });
  expect(readSettings({ CORTEX_OTLP_HOST: ' ' })).toEqual({});
  expect(readSettings({})).toEqual({});
});
