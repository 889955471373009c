import { journalBucket, type EventType } from '@cortex/contracts';
import { serviceNames, type ServiceName } from '@cortex/local-stack';
import { eventually } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { expectEachEffectOnce, expectHealedIncidents, expectWholeAudit } from './support/evidence.ts';
import { incidentsOf } from './support/facts.ts';
import type { LoggedEvent } from './support/event-log.ts';
import { killPatient, untilHealthy } from './support/site.ts';

/** The stages of the loop, each with the moment that a service dies at. One patient lives through each. */
const stages = [
  { name: 'signal seen', isReached: isSick },
  { name: 'decided', isReached: isEvent('remediation.requested') },
  // Reached when the journal says that the effect is about to begin.
  { name: 'step begins', isReached: () => false },
  { name: 'step completed', isReached: isEvent('remediation.step.completed') },
  { name: 'verifying', isReached: isEvent('verification.started') },
  { name: 'resolved', isReached: isEvent('incident.resolved') },
];
const stepBegins = 2;
const roundTimeoutMs = 40_000;

interface Combination {
  readonly stage: string;
  readonly service: ServiceName;
  killed: boolean;
  healed: boolean;
}

let cortex: Cortex;

beforeAll(async () => {
  cortex = await startCortex(stages.length);
});
afterAll(() => cortex.stop());

test('every service may be killed at every stage of the loop: all is healed, no effect is repeated, no event is lost', async () => {
  const table: Combination[] = [];
  let plan: readonly Combination[] = [];
  const reached = (index: number): void => {
    const combination = plan[index];
    if (combination === undefined || combination.killed) return;
    combination.killed = true;
    cortex.stack.services.get(combination.service)?.kill('SIGKILL');
  };
  const patientIndex = (service: string): number => cortex.patients.findIndex((patient) => patient.service === service);
  cortex.log.onEvent((event) => {
    const index = patientIndex(event.service);
    if (stages[index]?.isReached(event) === true) reached(index);
  });
  const journal = await cortex.bus.bucket(journalBucket);
  await journal.watch((_key, entry) => {
    const record = entry?.value;
    const index = patientIndex(record?.remediation.targets[0]?.service ?? '');
    if (index === stepBegins && record?.entries.some(({ status }) => status === 'intent')) reached(index);
  });

  for (let round = 0; round < serviceNames.length; round += 1) {
    await cortex.ready();
    await untilHealthy(cortex);
    plan = stages.map((stage, index) => ({
      stage: stage.name,
      service: serviceAt(index + round),
      killed: false,
      healed: false,
    }));
    table.push(...plan);
    for (const patient of cortex.patients) killPatient(patient);
    await eventually(
      async () => {
        const incidents = await incidentsOf(cortex.bus);
        plan.forEach((combination, index) => {
          const own = incidents.filter(({ service }) => service === cortex.patients[index]?.service);
          const isHealed = own.filter(({ resolution }) => resolution?.method === 'auto_remediation').length > round;
          combination.healed = isHealed && own.every(({ status }) => status === 'resolved');
        });
        return plan.every(({ killed, healed }) => killed && healed);
      },
      { timeoutMs: roundTimeoutMs, intervalMs: 100 },
    ).catch(async (error: unknown) => {
      throw new Error(`round ${round}:\n${describe(table)}\n${await historiesOf(plan)}`, { cause: error });
    });
  }

  await cortex.ready();
  await expectHealedIncidents(cortex, table.length);
  await expectEachEffectOnce(cortex);
  await expectWholeAudit(cortex);
  expect(table.filter(({ killed, healed }) => !killed || !healed)).toEqual([]);
});

function serviceAt(index: number): ServiceName {
  return serviceNames[index % serviceNames.length] ?? 'auditor';
}

function isEvent(type: EventType): (event: LoggedEvent) => boolean {
  return (event) => event.type === type;
}

function isSick(event: LoggedEvent): boolean {
  return event.type === 'health.changed' && event.data['to'] !== 'HEALTHY';
}

function describe(table: readonly Combination[]): string {
  return table
    .filter(({ killed, healed }) => !killed || !healed)
    .map(({ stage, service, killed, healed }) => `${service} at "${stage}": killed ${killed}, healed ${healed}`)
    .join('\n');
}

/** What the streams tell of the patients that were not healed. */
async function historiesOf(plan: readonly Combination[]): Promise<string> {
  const incidents = await incidentsOf(cortex.bus);
  const sick = cortex.patients.filter((_patient, index) => plan[index]?.healed === false);
  return sick
    .flatMap(({ service }) => [
      ...incidents
        .filter((incident) => incident.service === service)
        .map(({ id, status, resolution }) => `${id} of ${service}: ${status} ${JSON.stringify(resolution ?? {})}`),
      ...cortex.log.events
        .filter((event) => event.service === service && event.type !== 'health.checked')
        .slice(-20)
        .map(({ type, incidentId, data }) => `  ${type} ${incidentId ?? ''} ${JSON.stringify(data).slice(0, 200)}`),
    ])
    .join('\n');
}
