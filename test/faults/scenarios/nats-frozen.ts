import { eventually } from '@cortex/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { untilHealed, untilSomeStage } from '../site/waiting.ts';

export const natsFrozen: Scenario = {
  id: 'F10',
  title: 'NATS stands still for 30 s',
  inject: 'SIGSTOP of nats-server at a stage of the loop; another target dies and the kill switch goes on meanwhile',
  invariants: ['INV-2', 'INV-3', 'INV-5', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: true,
  run: onCortex({}, async ({ site, chance, lasting }) => {
    await untilHealthy(site);
    const [first, second] = site.patients;
    if (first === undefined || second === undefined) throw new RangeError('two patients');
    const reached = untilSomeStage(site, chance);
    killPatient(first);
    await reached;
    process.kill(site.nats.pid, 'SIGSTOP');
    const mayBegin = site.nothingMayBegin();
    killPatient(second);
    await pause(lasting(30_000, 4_000));
    // What those who wake know of the switch is old: they must ask again.
    const turned = eventually(() => site.turnKillSwitch(true), { timeoutMs: 60_000 });
    await pause(chance.between(0, 300));
    process.kill(site.nats.pid, 'SIGCONT');
    mayBegin();
    await turned;
    await pause(3_000);
    await site.turnKillSwitch(false);
    const endedMs = Date.now();
    await untilHealed(site, 2);
    return endedMs;
  }),
};
