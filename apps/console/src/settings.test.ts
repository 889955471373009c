import { expect, test } from 'vitest';
import { ConsoleSettingsError, readSettings } from './settings.ts';

test('no token and no hosts is the default of one machine', () => {
  expect(readSettings({})).toEqual({ trustedHosts: [] });
  expect(readSettings({ CORTEX_API_TOKEN: ' ', CORTEX_CONSOLE_HOSTS: ' , ' })).toEqual({ trustedHosts: [] });
});

test('token and hosts are read, hosts without regard to case', () => {
  expect(
    readSettings({ CORTEX_API_TOKEN: ' sixteen-or-more-characters ', CORTEX_CONSOLE_HOSTS: 'A.example, b.example' }),
  ).toEqual({
    token: 'sixteen-or-more-characters',
    trustedHosts: ['a.example', 'b.example'],
  });
});

test('a token that can be guessed is refused with a fix', () => {
  expect(() => readSettings({ CORTEX_API_TOKEN: 'short' })).toThrow(ConsoleSettingsError);
  expect(() => readSettings({ CORTEX_API_TOKEN: 'short' })).toThrow(/fix: .*openssl rand/);
});
