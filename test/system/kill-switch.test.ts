import { controlBucket, journalBucket, killSwitchKey } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { expectEachEffectOnce, expectHealedIncidents } from './support/evidence.ts';
import { killPatient, startsOf, untilHealthy } from './support/site.ts';

const patientCount = 8;
/** From the switch to the last INTENT of an effect. */
const effectiveMs = 1_000;
/** Between two deaths. */
const staggerMs = 250;

let cortex: Cortex;

beforeAll(async () => {
  cortex = await startCortex(patientCount);
});
afterAll(() => cortex.stop());

test('the kill switch stops every new effect within a second, survives restarts, is on when unknown, and lets go again', async () => {
  await untilHealthy(cortex);

  // Patients die one after the other; the switch goes on when the first remediation has begun.
  const deaths = (async () => {
    for (const patient of cortex.patients) {
      killPatient(patient);
      await pause(staggerMs);
    }
  })();
  await eventually(() => cortex.log.of('remediation.started').length > 0, { timeoutMs: 20_000, intervalMs: 5 });
  await turn(true);
  const setAt = Date.now();
  await deaths;
  await untilAllAreKnown();
  await untilAskedAgainAfter(setAt + 3 * effectiveMs);
  const healed = startsSoFar();
  expect(healed).toBeLessThan(patientCount);
  const intents = await intentTimes();
  expect(Math.max(...intents)).toBeLessThanOrEqual(setAt + effectiveMs);
  // Each start had its INTENT by then. How long a busy machine takes from there to a program's first line is its own.
  expect(healed).toBeLessThanOrEqual(intents.length);

  await cortex.restartEverything();
  expect(await isOn()).toBe(true);
  await untilAskedAgainAfter(Date.now() + 2 * effectiveMs);
  expect(startsSoFar()).toBe(healed);

  const control = await cortex.bus.bucket(controlBucket);
  await control.delete(killSwitchKey);
  expect(await isOn()).toBe(true);
  await untilAskedAgainAfter(Date.now() + 2 * effectiveMs);
  expect(startsSoFar()).toBe(healed);

  await turn(false);
  await expectHealedIncidents(cortex, patientCount);
  await expectEachEffectOnce(cortex);
});

async function turn(on: boolean): Promise<void> {
  const answer = await fetch(`${cortex.stack.consoleUrl}/api/v1/kill-switch`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ on, by: 'system test', reason: 'to see whether it holds' }),
  });
  expect(answer.status).toBe(200);
}

async function isOn(): Promise<unknown> {
  const answer = await fetch(`${cortex.stack.consoleUrl}/api/v1/kill-switch`);
  return ((await answer.json()) as { on?: unknown }).on;
}

/** Every death has become an incident. */
async function untilAllAreKnown(): Promise<void> {
  await eventually(() => cortex.patients.every(({ service }) => cortex.log.of('incident.opened', service).length > 0), {
    timeoutMs: 20_000,
  });
}

/** Checks of the sick have failed since then, so there was cause and time enough to act. */
async function untilAskedAgainAfter(timeMs: number): Promise<void> {
  await eventually(
    () =>
      cortex.log
        .of('health.checked')
        .some(({ data }) => data['result'] !== 'pass' && Date.parse(String(data['observedAt'])) > timeMs),
    { timeoutMs: 30_000, intervalMs: 50 },
  );
}

/** Starts beside those by this test. */
function startsSoFar(): number {
  return cortex.patients.reduce((total, patient) => total + startsOf(patient) - 1, 0);
}

async function intentTimes(): Promise<readonly number[]> {
  const executions = await (await cortex.bus.bucket(journalBucket)).entries();
  return executions.flatMap(({ value }) => value.entries.map(({ intentAt }) => Date.parse(intentAt)));
}
