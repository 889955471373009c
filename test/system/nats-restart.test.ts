import { journalBucket, type EventType } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { expectEachEffectOnce, expectHealedIncidents, expectWholeAudit } from './support/evidence.ts';
import { incidentsOf } from './support/facts.ts';
import { killPatient, untilHealthy } from './support/site.ts';

/** When NATS dies, in the middle of three incidents. */
const moments: readonly (EventType | 'step begins')[] = [
  'health.changed',
  'remediation.requested',
  'step begins',
  'remediation.completed',
  'verification.started',
];
const roundTimeoutMs = 60_000;

let cortex: Cortex;

beforeAll(async () => {
  cortex = await startCortex(3);
});
afterAll(() => cortex.stop());

test('NATS may be killed in the middle of an incident: everything goes on, nothing is repeated or lost', async () => {
  let awaited: (typeof moments)[number] | undefined;
  let restarted: Promise<void> | undefined;
  const diedAt: (typeof moments)[number][] = [];
  const reached = (moment: (typeof moments)[number]): void => {
    if (moment !== awaited) return;
    awaited = undefined;
    diedAt.push(moment);
    restarted = cortex.stack.restartNats();
  };
  cortex.log.onEvent(({ type }) => reached(type as EventType));
  const journal = await cortex.bus.bucket(journalBucket);
  await journal.watch((_key, entry) => {
    if (entry?.value.entries.some(({ status }) => status === 'intent')) reached('step begins');
  });

  for (const [round, moment] of moments.entries()) {
    await untilHealthy(cortex);
    restarted = undefined;
    awaited = moment;
    for (const patient of cortex.patients) killPatient(patient);
    await eventually(() => restarted !== undefined, { timeoutMs: roundTimeoutMs });
    await restarted;
    const wanted = (round + 1) * cortex.patients.length;
    await eventually(
      async () => {
        const incidents = await incidentsOf(cortex.bus);
        const healed = incidents.filter(({ resolution }) => resolution?.method === 'auto_remediation');
        return healed.length === wanted && incidents.every(({ status }) => status === 'resolved');
      },
      { timeoutMs: roundTimeoutMs, intervalMs: 100 },
    ).catch(async (error: unknown) => {
      const states = (await incidentsOf(cortex.bus)).map(({ service, status }) => `${service}: ${status}`);
      throw new Error(`NATS died at ${moment}; ${states.join(', ')}`, { cause: error });
    });
  }

  expect(diedAt).toEqual(moments);
  await expectHealedIncidents(cortex, moments.length * cortex.patients.length);
  await expectEachEffectOnce(cortex);
  await expectWholeAudit(cortex);
});
