import { expect, it } from 'vitest';
import { suppressionsByWindow } from './suppressions.ts';

const window = { name: 'night', days: [1], from: '22:00', to: '02:00', timezone: 'UTC' };
const shop = { name: 'web', target: { service: 'shop', instance: 'shop-1' } };
const monday = new Date('2026-01-05T23:00:00Z');

it('suppresses the checks of the services that a maintenance window names, while it lasts', () => {
  const findSuppression = suppressionsByWindow({ maintenanceWindows: [{ ...window, pausesChecksOf: ['shop'] }] });
  expect(findSuppression(shop, monday)).toBe('maintenance window night');
  expect(findSuppression({ ...shop, target: { ...shop.target, service: 'db' } }, monday)).toBeUndefined();
  expect(findSuppression(shop, new Date('2026-01-06T02:00:00Z'))).toBeUndefined();
});

it('suppresses nothing for a window that names no service', () => {
  expect(
    suppressionsByWindow({ maintenanceWindows: [{ ...window, pausesChecksOf: [] }] })(shop, monday),
  ).toBeUndefined();
});
