import type { IncidentSeverity } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import type { OpenIncident, Start } from '../model/facts.ts';
import { Scenario, makeSafety, makeService } from '../testing/scenario.ts';
import { addMs } from '../time.ts';

const safety = makeSafety({ startRate: { perService: 2, perCluster: 3, total: 4 } });
const inEast = { instances: [{ id: 'shop-1', host: 'host-1', cluster: 'east' }] };

function start(number: number, service: string, untilMs: number, clusters: readonly string[] = []): Start {
  return { executionId: `e-${number}`, service, clusters, until: addMs('2026-03-02T10:00:00.000Z', untilMs) };
}

function others(count: number, fields: Partial<Start> = {}): Start[] {
  return Array.from({ length: count }, (_, index) => ({
    ...start(index, `other-${index}`, 20_000 + index * 1_000),
    ...fields,
  }));
}

function waits(service: string, severity: IncidentSeverity, since: string): OpenIncident {
  return {
    incidentId: service,
    service,
    status: 'open',
    severity,
    waiting: { for: 'start_rate', since, until: since },
  };
}

/** The shop goes down while these began within the last minute. */
function shopGoesDown(starts: readonly Start[], openIncidents: readonly OpenIncident[] = []): Scenario {
  const services = [makeService('shop', 1, inEast), makeService('a'), makeService('b')];
  return new Scenario({ services, safety }).know({ starts, openIncidents }).health('shop-1', 'UNHEALTHY');
}

describe('only so many remediations begin within a minute', () => {
  test.each([
    ['in all', others(4)],
    ['on the service', others(2, { service: 'shop' })],
    ['in the cluster', others(3, { clusters: ['east'] })],
  ])('%s: what is more waits, with that reason and an end', (_where, starts) => {
    const scenario = shopGoesDown(starts);
    expect(scenario.all('remediation.requested')).toEqual([]);
    expect(scenario.incident.waiting).toMatchObject({ for: 'start_rate', until: '2026-03-02T10:00:20.001Z' });
    scenario.due('reevaluate');
    expect(scenario.incident.status).toBe('remediating');
  });

  test('below the limits it begins at once', () => {
    expect(shopGoesDown([...others(3), start(9, 'late', -1)]).incident.status).toBe('remediating');
  });

  test('what is more severe, or waits for longer, goes first', () => {
    const since = '2026-03-02T09:59:50.000Z';
    expect(shopGoesDown(others(3), [waits('a', 'SEV0', since)]).incident.waiting?.for).toBe('start_rate');
    expect(shopGoesDown(others(3), [waits('a', 'SEV3', since)]).incident.status).toBe('remediating');
    expect(shopGoesDown(others(2), [waits('a', 'SEV0', since)]).incident.status).toBe('remediating');
  });

  test('who waited and was never asked again is in nobody’s way', () => {
    const scenario = shopGoesDown(others(3), [waits('a', 'SEV0', '2026-03-02T09:50:00.000Z')]);
    expect(scenario.incident.status).toBe('remediating');
  });
});
