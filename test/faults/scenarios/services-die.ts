import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@cortex/local-stack';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { untilHealed, untilSomeStage } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10', 'INV-11'] as const;
const loop: readonly ServiceName[] = [
  'health-checker',
  'decision',
  'executor',
  'verifier',
  'escalator',
  'learner',
  'auditor',
];

export const decisionKilled: Scenario = {
  id: 'F06',
  title: 'decision is killed in the middle of a decision',
  inject: 'SIGKILL at a stage of the loop, three times',
  invariants,
  isQuick: true,
  run: onCortex({}, async ({ site, chance }) => {
    await untilHealthy(site);
    const reached = untilSomeStage(site, chance);
    for (const patient of site.patients) killPatient(patient);
    await reached;
    for (let kill = 0; kill < 3; kill += 1) {
      site.stack.services.get('decision')?.kill('SIGKILL');
      await pause(chance.between(100, 1_000));
    }
    const endedMs = Date.now();
    await untilHealed(site, site.patients.length);
    return endedMs;
  }),
};

export const servicesKilled: Scenario = {
  id: 'F07',
  title: 'services are killed for minutes, a random one every few seconds',
  inject: 'SIGKILL of a random service about every 5 s, for 2 min, while random targets die',
  invariants,
  isQuick: false,
  run: onCortex({ patients: 3 }, async ({ site, chance, lasting }) => {
    await untilHealthy(site);
    const untilMs = Date.now() + lasting(120_000, 10_000);
    while (Date.now() < untilMs) {
      killPatient(chance.pick(site.patients));
      await pause(chance.between(500, 3_000));
      site.stack.services.get(chance.pick(loop))?.kill('SIGKILL');
      await pause(chance.between(2_000, 4_000));
    }
    const endedMs = Date.now();
    await untilHealed(site, 1);
    return endedMs;
  }),
};

export const auditorDown: Scenario = {
  id: 'F41',
  title: 'the auditor is down while targets are healed',
  inject: 'the auditor is ended before targets die, and started again after they were healed',
  invariants,
  isQuick: true,
  run: onCortex({}, async ({ site, chance }) => {
    await untilHealthy(site);
    await site.down('auditor');
    for (const patient of site.patients) killPatient(patient);
    await untilHealed(site, site.patients.length);
    await pause(chance.between(0, 1_000));
    const endedMs = Date.now();
    // The audit of INV-7 is looked at when it is back: what happened meanwhile must all be in it.
    await site.up('auditor');
    return endedMs;
  }),
};
