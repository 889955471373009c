import { setTimeout as pause } from 'node:timers/promises';
import {
  breakerBucket,
  controlBucket,
  healthBucket,
  incidentBucket,
  killSwitchKey,
  openIncidentBucket,
  silenceBucket,
} from '@cortex/contracts';
import { randomUUID } from 'node:crypto';
import { eventually } from '@cortex/testing';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { effectsOn } from '../site/effects.ts';
import { writeGarbage, writeTombstone } from '../site/raw-messages.ts';

/** What must be readable before anything is done. */
const limits = [
  { bucket: controlBucket.name, key: killSwitchKey },
  { bucket: silenceBucket.name, key: 'unreadable' },
  { bucket: breakerBucket.name, key: 'restart-001' },
];

export const limitUnreadable: Scenario = {
  id: 'F21',
  title: 'a limit cannot be read',
  inject:
    'the record of the kill switch, of a silence, or of the breaker of the playbook becomes garbage; then a target dies',
  invariants: ['INV-2', 'INV-5', 'INV-7', 'INV-9'],
  isQuick: true,
  run: onCortex({}, async ({ site, chance, claim }) => {
    await untilHealthy(site);
    const { bucket, key } = chance.pick(limits);
    await writeGarbage(site.nats.url, bucket, key);
    await pause(1_000);
    const mayBegin = site.nothingMayBegin();
    for (const patient of site.patients) killPatient(patient);
    await eventually(() => site.log.of('incident.opened').length > 0, { timeoutMs: 30_000 });
    await pause(4_000);
    const effects = effectsOn(site.patients).length;
    claim('INV-5', effects === 0, `${effects} effects while ${bucket}/${key} could not be read`);
    mayBegin();
    return undefined;
  }),
};

export const recordPoisoned: Scenario = {
  id: 'F22',
  title: 'one record of many cannot be read, and services start anew',
  inject:
    'garbage among the incidents or the records of health; decision and health-checker are killed; then targets die',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: false,
  run: onCortex({}, async ({ site, chance, claim }) => {
    await untilHealthy(site);
    const poison = chance.pick([
      { bucket: incidentBucket.name, key: randomUUID() },
      { bucket: openIncidentBucket.name, key: 'patient9' },
      { bucket: healthBucket.name, key: 'patient9.patient9-1' },
    ]);
    if (poison.bucket === incidentBucket.name) {
      // As the newest of a service it is read at each start.
      await (await site.bus.bucket(openIncidentBucket)).put('patient9', { incidentId: poison.key });
    }
    await writeGarbage(site.nats.url, poison.bucket, poison.key);
    for (const name of ['decision', 'health-checker'] as const) site.stack.services.get(name)?.kill('SIGKILL');
    await pause(chance.between(500, 2_000));
    for (const patient of site.patients) killPatient(patient);
    const endedMs = Date.now();
    const resolved = (): number => site.log.of('incident.resolved').length;
    const isHealed = await eventually(() => resolved() >= site.patients.length, { timeoutMs: 45_000 }).catch(
      () => false,
    );
    claim('INV-8', isHealed, `not all was healed within 45 s because of ${poison.bucket}/${poison.key}`);
    const recoveryMs = Date.now() - endedMs;
    // So that the evidence can be read.
    await writeTombstone(site.nats.url, poison.bucket, poison.key);
    return Date.now() - recoveryMs;
  }),
};
