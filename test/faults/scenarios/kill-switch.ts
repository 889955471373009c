import { setTimeout as pause } from 'node:timers/promises';
import { breakerBucket } from '@cortex/contracts';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { effectsOn } from '../site/effects.ts';
import type { FaultSite } from '../site/fault-site.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilEvent, untilHealed } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-3', 'INV-7', 'INV-8', 'INV-9', 'INV-10'] as const;

export const thrownDuringSteps: Scenario = {
  id: 'F33',
  title: 'the kill switch goes on during many steps',
  inject: 'eight targets die at once; the switch goes on at a random moment of their steps, and off again later',
  invariants,
  isQuick: false,
  run: onCortex(
    () => ({ patients: 8, playbooks: [restartPlaybook({}, { delayMs: 400 })] }),
    async ({ site, chance }) => {
      await untilHealthy(site);
      const begun = untilEvent(site, 'remediation.requested');
      for (const patient of site.patients) killPatient(patient);
      await begun;
      await pause(chance.between(0, 1_500));
      await site.turnKillSwitch(true);
      await pause(5_000);
      await site.turnKillSwitch(false);
      const endedMs = Date.now();
      await untilHealed(site, site.patients.length);
      return endedMs;
    },
  ),
};

export const restartedWhileStopped: Scenario = {
  id: 'F34',
  title: 'everything is restarted while a limit says no',
  inject:
    'the kill switch is on, or the breaker open; targets die, NATS is killed, every service is ended, all start again',
  invariants: ['INV-2', 'INV-3', 'INV-4', 'INV-7', 'INV-8', 'INV-9', 'INV-10', 'INV-12'],
  isQuick: false,
  run: onCortex({}, async ({ site, chance, claim }) => {
    await untilHealthy(site);
    const isBreaker = chance.random() < 0.5;
    if (isBreaker) await openBreaker(site);
    else await site.turnKillSwitch(true);
    for (const patient of site.patients) killPatient(patient);
    await pause(chance.between(0, 2_000));
    await site.nats.kill();
    await site.nats.restart();
    await site.restartEverything();
    await pause(4_000);
    const effects = effectsOn(site.patients).length;
    claim(isBreaker ? 'INV-12' : 'INV-4', effects === 0, `${effects} effects`);
    const endedMs = Date.now();
    if (isBreaker) for (const patient of site.patients) startPatient(patient);
    else await site.turnKillSwitch(false);
    await untilHealed(site, site.patients.length);
    return endedMs;
  }),
};

/** As three executions that did not help leave it. */
async function openBreaker(site: FaultSite): Promise<void> {
  const breakers = await site.bus.bucket(breakerBucket);
  const outcomes = ['x1', 'x2', 'x3'].map((executionId) => ({
    executionId,
    effective: false,
    at: new Date().toISOString(),
  }));
  const playbookId = 'restart-001';
  const opened = { state: 'open' as const, openedAt: new Date().toISOString(), reason: 'three did not help' };
  await breakers.put(playbookId, { playbookId, outcomes, counted: ['x1', 'x2', 'x3'], ...opened });
}
