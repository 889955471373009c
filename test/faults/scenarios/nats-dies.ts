import { setTimeout as pause } from 'node:timers/promises';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { untilEvent, untilHealed, untilSomeStage } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-3', 'INV-7', 'INV-8', 'INV-9', 'INV-10'] as const;

export const natsKilled: Scenario = {
  id: 'F08',
  title: 'NATS is killed and started again, repeatedly',
  inject: 'SIGKILL of nats-server at stages of the loop, five times',
  invariants,
  isQuick: true,
  run: onCortex({}, async ({ site, chance, lasting }) => {
    await untilHealthy(site);
    for (let round = 0; round < lasting(5, 1); round += 1) {
      const reached = untilSomeStage(site, chance);
      killPatient(chance.pick(site.patients));
      await reached;
      await site.nats.kill();
      await pause(chance.between(0, 1_000));
      await site.nats.restart();
      await untilHealed(site, round + 1);
      await untilHealthy(site);
    }
    const endedMs = Date.now();
    for (const patient of site.patients) killPatient(patient);
    await untilHealed(site, lasting(5, 1) + site.patients.length);
    return endedMs;
  }),
};

export const natsKilledAfterAcks: Scenario = {
  id: 'F09',
  title: 'NATS is killed within 50 ms after acknowledgements',
  inject: 'SIGKILL of nats-server 0 to 50 ms after an execution ended: what was acked is delivered again',
  invariants,
  isQuick: true,
  run: onCortex({}, async ({ site, chance }) => {
    await untilHealthy(site);
    const ended = untilEvent(site, 'remediation.completed');
    for (const patient of site.patients) killPatient(patient);
    await ended;
    await pause(chance.between(0, 50));
    await site.nats.kill();
    await site.nats.restart();
    const endedMs = Date.now();
    await untilHealed(site, site.patients.length);
    return endedMs;
  }),
};
