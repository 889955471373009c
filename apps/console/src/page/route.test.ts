import { expect, test } from 'vitest';
import { hashOf, routeOf, type Route } from './route.ts';

test.each<[string, Route]>([
  ['#/', { page: 'overview' }],
  ['#/incidents/0190abcd-1234', { page: 'incident', id: '0190abcd-1234' }],
  ['#/health', { page: 'health', filter: {} }],
  [
    '#/health?service=a+b%26c&tier=deep&failing=true',
    { page: 'health', filter: { service: 'a b&c', tier: 'deep', failing: true } },
  ],
])('%s is an address, there and back', (hash, route) => {
  expect(routeOf(hash)).toEqual(route);
  expect(hashOf(route)).toBe(hash);
});

test('what is no address leads to the overview, which says so; what is no filter is none', () => {
  for (const hash of ['', '#', '#/', '#main']) expect(routeOf(hash)).toEqual({ page: 'overview' });
  for (const hash of ['#/healthy', '#/incidents/<script>', '#/incidents'])
    expect(routeOf(hash)).toEqual({ page: 'overview', unknown: hash });
  expect(routeOf('#/health?service=&failing=yes&x=1')).toEqual({ page: 'health', filter: {} });
});
