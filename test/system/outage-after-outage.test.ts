import { eventually } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { expectEachEffectOnce } from './support/evidence.ts';
import { killPatient, startPatient, startsOf, untilHealthy, type Patient } from './support/site.ts';

const patience = { timeoutMs: 30_000, intervalMs: 50 };
const rounds = 3;

let cortex: Cortex;

/** One whose deep check sees it first, one whose process check does, and one that no playbook is for. */
beforeAll(async () => {
  cortex = await startCortex(3, {
    checksOf: ([deepFirst, processFirst, unknown]) => [
      { ...pageOf(deepFirst, '600ms'), tier: 'deep' },
      processOf(deepFirst, '3s'),
      { ...pageOf(processFirst, '3s'), tier: 'deep' },
      processOf(processFirst, '600ms'),
      pageOf(unknown, '600ms'),
    ],
  });
});
afterAll(() => cortex.stop());

function pageOf(patient: Patient | undefined, interval: string): Record<string, unknown> {
  const url = `http://127.0.0.1:${patient?.port}/health`;
  return { ...checkOf(patient, 'page', interval), type: 'http_endpoint', method: 'GET', url, expected_status: 200 };
}

function processOf(patient: Patient | undefined, interval: string): Record<string, unknown> {
  return { ...checkOf(patient, 'process', interval), type: 'process_running', check_method: 'pid_file' };
}

function checkOf(patient: Patient | undefined, kind: string, interval: string): Record<string, unknown> {
  return { name: `${patient?.service}-${kind}`, service: patient?.service, interval, timeout: '450ms', retries: 0 };
}

test('each outage is healed, whichever check fails first, and nobody is called', async () => {
  const patients = cortex.patients.slice(0, 2);
  for (let round = 1; round <= rounds; round += 1) {
    await untilHealthy(cortex);
    for (const patient of patients) killPatient(patient);
    await eventually(() => {
      for (const patient of patients) {
        expect(startsOf(patient)).toBe(round + 1);
        expect(cortex.log.of('incident.resolved', patient.service)).toHaveLength(round);
      }
    }, patience);
  }
  for (const { service } of patients) {
    expect(cortex.log.of('escalation.requested', service)).toEqual([]);
    expect(cortex.log.of('incident.opened', service)).toHaveLength(rounds);
  }
  await expectEachEffectOnce(cortex);
});

test('an escalated incident ends when its service is well again, and the next outage is a new one', async () => {
  const patient = cortex.patients[2] as Patient;
  const count = (type: 'incident.opened' | 'incident.resolved' | 'escalation.requested' | 'decision.made'): number =>
    cortex.log.of(type, patient.service).length;
  for (let round = 1; round <= 2; round += 1) {
    await untilHealthy(cortex);
    const decided = count('decision.made');
    killPatient(patient);
    await eventually(() => {
      expect([count('incident.opened'), count('escalation.requested')]).toEqual([round, round]);
      expect(count('decision.made')).toBeGreaterThan(decided);
    }, patience);
    startPatient(patient);
    await eventually(() => expect(count('incident.resolved')).toBe(round), patience);
  }
});
