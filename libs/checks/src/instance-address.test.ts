import { Instance } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { instanceAddress } from './instance-address.ts';

const facts = Instance.parse({ id: 'shop-1', host: 'shop.internal', port: 8080 });

test('without parameters it is the address of the instance', () => {
  expect(instanceAddress({}, facts)).toEqual({ host: 'shop.internal', port: 8080 });
  expect(instanceAddress({}, Instance.parse({ id: 'shop-1' }))).toEqual({ host: 'localhost' });
});

test('a port alone is one of the host of the instance', () => {
  expect(instanceAddress({ port: 9090 }, facts)).toEqual({ host: 'shop.internal', port: 9090 });
});

test('the port of the instance says nothing of another host', () => {
  expect(instanceAddress({ host: 'other' }, facts)).toEqual({ host: 'other' });
});
