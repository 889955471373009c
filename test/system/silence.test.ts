import { silenceBucket } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { expectEachEffectOnce, expectHealedIncidents } from './support/evidence.ts';
import { killPatient, startsOf, untilHealthy, type Patient } from './support/site.ts';

/** Several rounds of checks, so that there was time enough to see and to act. */
const roundsMs = 3_000;

let cortex: Cortex;

beforeAll(async () => {
  cortex = await startCortex(2);
});
afterAll(() => cortex.stop());

test('what is silenced is left alone, over a restart of everything too, and healed when the silence is lifted', async () => {
  const [quiet, other] = cortex.patients as readonly [Patient, Patient];
  await untilHealthy(cortex);
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const wish = { service: quiet.service, endsAt, by: 'system test', reason: 'to see whether it is left alone' };
  await ask('POST', '/silences', wish);
  // A check that was under way may still have found it well.
  await untilCheckedAfter(other, Date.now() + roundsMs);

  for (const patient of cortex.patients) killPatient(patient);
  await untilHealed(other, 2);
  await untilCheckedAfter(other, Date.now() + roundsMs);
  await cortex.restartEverything();
  killPatient(other);
  await untilHealed(other, 3);
  expect(startsOf(quiet)).toBe(1);
  expect(cortex.log.of('incident.opened', quiet.service)).toEqual([]);
  expect(cortex.log.of('escalation.requested')).toEqual([]);

  const [silence] = await (await cortex.bus.bucket(silenceBucket)).entries();
  await ask('DELETE', `/silences/${silence?.key}`, { by: 'system test' });
  await untilHealed(quiet, 2);
  await expectHealedIncidents(cortex, 3);
  await expectEachEffectOnce(cortex);
});

async function ask(method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${cortex.stack.consoleUrl}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
}

async function untilHealed(patient: Patient, starts: number): Promise<void> {
  await eventually(
    () => {
      expect(startsOf(patient)).toBe(starts);
      expect(cortex.log.of('health.changed', patient.service).at(-1)?.data['to']).toBe('HEALTHY');
      expect(cortex.log.of('incident.resolved', patient.service).length).toBeGreaterThanOrEqual(starts - 1);
    },
    { timeoutMs: 30_000, intervalMs: 50 },
  );
}

async function untilCheckedAfter({ service }: Patient, timeMs: number): Promise<void> {
  await eventually(
    () => cortex.log.of('health.checked', service).some(({ data }) => Date.parse(String(data['observedAt'])) > timeMs),
    { timeoutMs: 30_000, intervalMs: 50 },
  );
}
