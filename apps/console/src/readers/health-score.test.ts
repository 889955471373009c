import { expect, test } from 'vitest';
import type { TargetView } from '@cortex/api';
import type { IncidentSeverity } from '@cortex/contracts';
import { resolvedIncident, sampleIncident } from '../test/samples.ts';
import { incidentItem } from './incident-item.ts';
import { healthScore } from './health-score.ts';

function target(service: string, state: TargetView['state']): TargetView {
  return {
    target: { service, instance: `${service}-1` },
    critical: false,
    remediate: true,
    state,
    flapping: false,
    reason: '',
    dependenciesDown: [],
    failing: [],
  };
}

test('states are weighed, and targets that have not reported are left out', () => {
  expect(healthScore([])).toBeUndefined();
  expect(healthScore([target('a', 'UNKNOWN')])).toBeUndefined();
  expect(healthScore([target('a', 'HEALTHY'), target('b', 'UNKNOWN')])).toMatchObject({ value: 100, targets: 1 });
  expect(healthScore([target('a', 'HEALTHY'), target('b', 'DEGRADED'), target('c', 'CRITICAL')])).toEqual({
    value: 53.3,
    targets: 3,
    lowered: [
      { name: 'c/c-1', share: 0, because: 'CRITICAL' },
      { name: 'b/b-1', share: 0.6, because: 'DEGRADED' },
    ],
    loweredTotal: 2,
  });
});

test.each<[IncidentSeverity, number]>([
  ['SEV0', 0],
  ['SEV1', 20],
  ['SEV2', 60],
  ['SEV3', 90],
])('an open %s on a target whose checks all pass leaves it %d', (severity, value) => {
  const items = [incidentItem(sampleIncident(1, { severity }))];
  for (const state of ['HEALTHY', 'UNKNOWN'] as const) {
    expect(healthScore([target('shop', state)], items)).toMatchObject({
      value,
      lowered: [{ name: 'shop/shop-1', because: expect.stringContaining(`${severity}, incident `) }],
    });
  }
});

test('an incident of another instance, or one that is over, lowers nothing', () => {
  const ended = incidentItem(resolvedIncident(1, 1, { severity: 'SEV0' }));
  const elsewhere = incidentItem(
    sampleIncident(2, { severity: 'SEV0', affected: { services: ['shop'], instances: ['shop-2'], hosts: [] } }),
  );
  expect(healthScore([target('shop', 'HEALTHY')], [ended, elsewhere])?.value).toBe(100);
});

test('an incident without instances, or of a service that is not configured, is never lost', () => {
  const affected = { services: ['shop'], instances: [], hosts: [] };
  const whole = incidentItem(sampleIncident(1, { severity: 'SEV0', affected }));
  expect(healthScore([target('shop', 'HEALTHY')], [whole])?.value).toBe(0);
  expect(healthScore([target('db', 'HEALTHY')], [whole])).toMatchObject({ value: 50, targets: 2 });
});

test('one SEV0 among ten thousand healthy targets is no 100', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => target(`s${index}`, 'HEALTHY'));
  expect(
    healthScore([...many, target('shop', 'HEALTHY')], [incidentItem(sampleIncident(1, { severity: 'SEV0' }))]),
  ).toMatchObject({
    value: 99.9,
  });
});
