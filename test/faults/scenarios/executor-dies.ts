import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@cortex/testing';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilEvent, untilHealed } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'] as const;

/** An executor that dies, freezes or stalls once, at a point in the middle of a step. */
function atFailpoint(
  row: Pick<Scenario, 'id' | 'title' | 'inject'>,
  points: readonly string[],
  how: 'dies' | 'stalls',
): Scenario {
  return {
    ...row,
    invariants,
    isQuick: true,
    run: onCortex({}, async ({ site, chance }) => {
      await untilHealthy(site);
      await site.down('executor');
      const failing = { CORTEX_FAILPOINT: chance.pick(points) };
      const doomed = await site.up('executor', { env: failing, restart: how === 'stalls' });
      for (const patient of site.patients) killPatient(patient);
      if (how === 'dies') await eventually(() => doomed.pid === undefined, { timeoutMs: 60_000 });
      const endedMs = Date.now();
      await site.up('executor');
      await untilHealed(site, site.patients.length);
      return endedMs;
    }),
  };
}

export const killedBeforeEffect = atFailpoint(
  {
    id: 'F01',
    title: 'the executor is killed between INTENT and effect',
    inject: 'SIGKILL at a failpoint after the INTENT is written; another executor starts',
  },
  ['after_intent'],
  'dies',
);

export const killedAfterEffect = atFailpoint(
  {
    id: 'F02',
    title: 'the executor is killed after the effect, before RESULT',
    inject: 'SIGKILL at a failpoint after the action returned, or after RESULT or the end was written',
  },
  ['after_effect', 'after_result', 'after_completion'],
  'dies',
);

export const stalled: Scenario = atFailpoint(
  {
    id: 'F45',
    title: 'the event loop of the executor stands still for 5 s',
    inject: 'a failpoint holds its thread longer than its leases last; another executor runs beside it',
  },
  ['after_intent:stall', 'after_effect:stall', 'after_result:stall'],
  'stalls',
);

export const killedAnywhere: Scenario = {
  id: 'F03',
  title: 'the executor is killed at random moments of executions',
  inject: 'SIGKILL at ten random moments, while targets die and are healed',
  invariants,
  isQuick: false,
  run: onCortex({ patients: 4 }, async ({ site, chance, lasting }) => {
    await untilHealthy(site);
    const executor = site.stack.services.get('executor');
    for (const patient of site.patients) killPatient(patient);
    for (let kill = 0; kill < lasting(10, 3); kill += 1) {
      await pause(chance.between(100, 1_500));
      executor?.kill('SIGKILL');
      if (chance.random() < 0.5) killPatient(chance.pick(site.patients));
    }
    const endedMs = Date.now();
    await untilHealed(site, site.patients.length);
    return endedMs;
  }),
};

export const frozen: Scenario = {
  id: 'F04',
  title: 'the executor freezes for longer than its leases last',
  inject: 'SIGSTOP in the middle of a step, SIGCONT after another executor has taken over',
  invariants,
  isQuick: true,
  run: onCortex(
    (chance) => ({ playbooks: [restartPlaybook({}, { delayMs: Math.round(chance.between(0, 1_500)) })] }),
    async ({ site, chance }) => {
      await untilHealthy(site);
      await site.up('executor');
      const begun = untilEvent(site, 'remediation.started');
      for (const patient of site.patients) killPatient(patient);
      await begun;
      await pause(chance.between(0, 300));
      const holder = site.stack.services.get('executor');
      holder?.kill('SIGSTOP');
      await pause(chance.between(3_000, 6_000));
      holder?.kill('SIGCONT');
      const endedMs = Date.now();
      await untilHealed(site, site.patients.length);
      return endedMs;
    },
  ),
};

export const twoExecutors: Scenario = {
  id: 'F05',
  title: 'two executors, and each request is delivered twice',
  inject: 'a second executor, and every remediation.requested is published again under another message id',
  invariants,
  isQuick: true,
  run: onCortex({}, async ({ site }) => {
    await untilHealthy(site);
    await site.up('executor');
    const again: Promise<void>[] = [];
    site.log.onEvent((event) => {
      if (event.type === 'remediation.requested' && again.length < 4) again.push(site.publishAgain(event));
    });
    const killedMs = Date.now();
    for (const patient of site.patients) killPatient(patient);
    await untilHealed(site, site.patients.length);
    await Promise.all(again);
    return killedMs;
  }),
};
