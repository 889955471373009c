import { verifyLive } from '@cortex/audit';
import { incidentHistoryBucket, type EventType, type Incident } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { expect } from 'vitest';
import type { Cortex } from './cortex.ts';
import type { EventLog } from './event-log.ts';
import { auditedMessages, executionsOf, incidentsOf } from './facts.ts';
import { startsOf } from './site.ts';

/** What an incident that was healed by itself has left in the streams, whatever died meanwhile. */
const chain: readonly EventType[] = [
  'incident.opened',
  'decision.made',
  'remediation.requested',
  'remediation.started',
  'remediation.step.completed',
  'remediation.completed',
  'verification.started',
  'verification.completed',
  'incident.resolved',
];

const falseAlarmChain: readonly EventType[] = ['incident.opened', 'decision.made', 'incident.resolved'];

/**
 * As many incidents as patients died were healed by a remediation, each with its whole chain of events and a record in
 * the history. Beside them there may be some that cleared before anything ran: on a busy machine a check may run late.
 */
export async function expectHealedIncidents({ bus, log }: Cortex, deaths: number): Promise<void> {
  const incidents = await eventually(
    async () => {
      const found = await incidentsOf(bus);
      const healed = found.filter(({ resolution }) => resolution?.method === 'auto_remediation');
      const others = found.filter((incident) => !healed.includes(incident) && !isFalseAlarm(incident));
      expect(others.map(({ id, service, status, resolution }) => ({ id, service, status, resolution }))).toEqual([]);
      expect(healed).toHaveLength(deaths);
      return found;
    },
    { timeoutMs: 30_000, intervalMs: 200 },
  );
  await eventually(() => expect(incompleteChains(log, incidents)).toEqual([]), { timeoutMs: 10_000 });
  const history = await bus.bucket(incidentHistoryBucket);
  await eventually(
    async () => expect([...(await history.keys())].sort()).toEqual(incidents.map(({ id }) => id).sort()),
    { timeoutMs: 20_000, intervalMs: 200 },
  );
}

function isFalseAlarm({ resolution, attempts }: Incident): boolean {
  return resolution?.method === 'cleared' && attempts.length === 0;
}

function incompleteChains(log: EventLog, incidents: readonly Incident[]): readonly string[] {
  return incidents.flatMap((incident) => {
    const types = new Set(
      log.events.filter((event) => event.incidentId === incident.id).map((event) => event.type as EventType),
    );
    const wanted = isFalseAlarm(incident) ? falseAlarmChain : chain;
    const missing = wanted.filter((type) => !types.has(type));
    return missing.length === 0 ? [] : [`${incident.id} of ${incident.service} lacks ${missing.join(', ')}`];
  });
}

/**
 * Each patient was started once by the test and once for each execution that began, and no execution holds more than one
 * effect: no step took effect twice.
 */
export async function expectEachEffectOnce({ bus, patients }: Cortex): Promise<void> {
  const executions = await executionsOf(bus);
  for (const patient of patients) {
    const own = executions.filter(({ remediation }) => remediation.targets[0]?.service === patient.service);
    const effects = own.filter(({ entries }) =>
      entries.some(({ result }) => result?.outcome === 'succeeded' || result?.outcome === 'ambiguous'),
    );
    expect({ service: patient.service, starts: startsOf(patient) }).toEqual({
      service: patient.service,
      starts: 1 + effects.length,
    });
  }
}

/** The audit chain proves itself and holds every message of every stream exactly once. */
export async function expectWholeAudit({ bus, log }: Cortex): Promise<void> {
  const wanted = new Set(log.events.map(({ stream, sequence }) => `${stream}:${sequence}`));
  await eventually(
    async () => {
      const recorded = await auditedMessages(bus);
      expect([...wanted].filter((message) => !recorded.has(message))).toEqual([]);
    },
    { timeoutMs: 30_000, intervalMs: 500 },
  );
  const verdict = await verifyLive(bus);
  expect(verdict).toMatchObject({ ok: true, problems: [] });
  expect(verdict.entries).toBeGreaterThanOrEqual(wanted.size);
}
