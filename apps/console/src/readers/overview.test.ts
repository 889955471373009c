import { expect, test } from 'vitest';
import { ago, resolvedIncident, sampleIncident } from '../test/samples.ts';
import type { TargetView } from '@cortex/api';
import { byUrgency, incidentItem } from './incident-item.ts';
import { countIncidents, overview } from './overview.ts';

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

test('incidents are counted by where they are', () => {
  const items = [
    sampleIncident(1),
    sampleIncident(2, { status: 'verifying' }),
    sampleIncident(3, { status: 'rolling_back' }),
    sampleIncident(4, { status: 'escalated' }),
    sampleIncident(5, { status: 'awaiting_approval' }),
    resolvedIncident(6, 1),
  ].map(incidentItem);
  expect(countIncidents(items)).toEqual({ open: 5, remediating: 2, escalated: 1, awaitingApproval: 1, resolved: 1 });
});

test('the last hour shows an incident from when it opened to when it ended', () => {
  const items = [resolvedIncident(1, 10), sampleIncident(2, { startedAt: ago(30) }), resolvedIncident(3, 120)].map(
    incidentItem,
  );
  const { activity } = overview(items, [], new Date());
  expect(activity).toHaveLength(61);
  const open = activity.map((point) => point.open);
  expect([open[0], open[31], open[48], open[55], open[60]]).toEqual([0, 1, 2, 1, 1]);
});

test('a service bears the worst severity of its open incidents', () => {
  const items = [
    sampleIncident(1, { severity: 'SEV3' }),
    sampleIncident(2, { severity: 'SEV1' }),
    resolvedIncident(3, 1, { severity: 'SEV0' }),
  ].map(incidentItem);
  expect(overview(items, [target('shop', 'UNHEALTHY'), target('db', 'HEALTHY')], new Date()).heatMap).toMatchObject([
    { service: 'shop', openIncidents: 2, incidents24h: 3, worstSeverity: 'SEV1', state: 'UNHEALTHY' },
    { service: 'db', openIncidents: 0, incidents24h: 0, state: 'HEALTHY' },
  ]);
});

test('open incidents come first, the newest of them before older ones', () => {
  const items = [
    resolvedIncident(1, 1),
    sampleIncident(2, { startedAt: ago(60) }),
    sampleIncident(3, { startedAt: ago(5) }),
  ].map(incidentItem);
  expect([...items].sort(byUrgency).map((item) => item.id.slice(4, 8))).toEqual(['0003', '0002', '0001']);
});
