import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scenario, makeService } from '../testing/scenario.ts';
import { blastRadiusLevel, riskScore, usersAffected } from './blast-radius.ts';

test.each([
  [{ instances: 1, services: 1, clusters: 1, regions: 1 }, 'single_instance'],
  [{ instances: 0, services: 1, clusters: 0, regions: 0 }, 'single_instance'],
  [{ instances: 2, services: 1, clusters: 1, regions: 1 }, 'single_service'],
  [{ instances: 1, services: 2, clusters: 1, regions: 1 }, 'multiple_services'],
  [{ instances: 1, services: 6, clusters: 1, regions: 1 }, 'cluster_wide'],
  [{ instances: 1, services: 1, clusters: 2, regions: 1 }, 'cluster_wide'],
  [{ instances: 1, services: 1, clusters: 2, regions: 2 }, 'multi_region'],
] as const)('%o is %s', (counts, level) => {
  expect(blastRadiusLevel(counts)).toBe(level);
});

test('the risk score is 100 when everything is affected, whatever is not known', () => {
  const { facts } = new Scenario({ services: [makeService('shop', 2, { users: 10 }), makeService('b')] });
  expect(riskScore({ services: ['shop', 'b'], instances: ['shop-1', 'shop-2', 'b-1'], hosts: [] }, facts)).toBe(100);
});

test('with no users, no services and no instances at all, nothing is divided by zero', () => {
  const { facts } = new Scenario();
  expect(riskScore({ services: [], instances: [], hosts: [] }, { ...facts, services: new Map() })).toBe(0);
});

test('users are counted by the share of affected instances', () => {
  const { facts } = new Scenario({
    services: [makeService('shop', 4, { users: 1_000 }), makeService('b', 1, { users: 50 })],
  });
  expect(usersAffected({ services: ['shop'], instances: ['shop-1'], hosts: [] }, facts)).toBe(250);
  expect(usersAffected({ services: ['shop', 'b'], instances: ['shop-1'], hosts: [] }, facts)).toBe(300);
});

test('the score stays within 0 and 100 and never falls when more is affected', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(1_000), fc.nat(20), (instances, users, affected) => {
      const { facts } = new Scenario({ services: [makeService('shop', instances + 1, { users })] });
      const score = (count: number): number =>
        riskScore(
          {
            services: ['shop'],
            hosts: [],
            instances: Array.from({ length: count }, (_, index) => `shop-${index + 1}`),
          },
          facts,
        );
      expect(score(affected)).toBeGreaterThanOrEqual(0);
      expect(score(affected)).toBeLessThanOrEqual(100);
      expect(score(affected + 1)).toBeGreaterThanOrEqual(score(affected));
    }),
  );
});
