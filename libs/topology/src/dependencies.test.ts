import { Service } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { dependantsOf, dependenciesOf } from './dependencies.ts';

const dependsOn: Readonly<Record<string, readonly string[]>> = {
  shop: ['db', 'cache'],
  cache: ['disk'],
  db: ['disk'],
  disk: [],
  a: ['b'],
  b: ['a'],
};
const services = new Map(
  Object.entries(dependsOn).map(([name, others]) => {
    const instances = [{ id: `${name}-1`, host: 'host-1' }];
    return [name, Service.parse({ name, instances, dependsOn: others })] as const;
  }),
);

test('the dependencies of a service, the nearest first', () => {
  expect(dependenciesOf(services, 'shop')).toEqual(['db', 'cache', 'disk']);
});

test('the dependants of a service, the nearest first', () => {
  expect(dependantsOf(services, 'disk')).toEqual(['cache', 'db', 'shop']);
});

test('two that depend on each other end the search', () => {
  expect(dependenciesOf(services, 'a')).toEqual(['b']);
  expect(dependantsOf(services, 'a')).toEqual(['b']);
});

test('a service that is not in the catalogue has neither', () => {
  expect([dependenciesOf(services, 'x'), dependantsOf(services, 'x')]).toEqual([[], []]);
});
