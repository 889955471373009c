import { expect, test } from 'vitest';
import { addressOf } from './address.ts';
import { endpoints } from './endpoints.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

test('an address escapes what stands in it, and leaves out what was not given', () => {
  expect(addressOf('status')).toBe('/api/v1/status');
  expect(addressOf('close', { params: { id: 'a/b c' } })).toBe('/api/v1/incidents/a%2Fb%20c/close');
  expect(addressOf('checks', { query: { service: 'a&b', instance: undefined, limit: 3 } })).toBe(
    '/api/v1/health/checks?service=a%26b&limit=3',
  );
  expect(addressOf('checks', { query: { service: undefined } })).toBe('/api/v1/health/checks');
});

test('the parameters of every path are those that its route takes', () => {
  const known: Readonly<Record<string, Route>> = routes;
  for (const [name, { path }] of Object.entries(endpoints)) {
    const inPath = [...path.matchAll(/:([a-z]+)/g)].map(([, key]) => key);
    expect({ name, params: Object.keys(known[name]?.params?.shape ?? {}) }).toEqual({ name, params: inPath });
  }
});
