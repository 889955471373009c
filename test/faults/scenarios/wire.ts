import { setTimeout as pause } from 'node:timers/promises';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilEvent, untilHealed } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'] as const;
export const executorCutOff: Scenario = {
  id: 'F13',
  title: 'the executor is cut off from NATS for 60 s during a step',
  inject: 'a proxy swallows every byte between them; in half of the runs another executor is there to take over',
  invariants,
  isQuick: true,
  run: onCortex(
    (chance) => ({
      behindCable: ['executor'],
      // Sometimes the effect comes before the lease lapses, sometimes it would come after.
      playbooks: [restartPlaybook({}, { delayMs: Math.round(chance.between(200, 4_000)) })],
    }),
    async ({ site, chance, lasting }) => {
      await untilHealthy(site);
      const begun = untilEvent(site, 'remediation.started');
      for (const patient of site.patients) killPatient(patient);
      await begun;
      await pause(chance.between(0, 300));
      site.cable.swallow();
      if (chance.random() < 0.5) await site.up('executor', { env: { CORTEX_NATS_URL: site.nats.url } });
      await pause(lasting(60_000, 5_000));
      site.cable.mend();
      const endedMs = Date.now();
      await untilHealed(site, site.patients.length);
      return endedMs;
    },
  ),
};

/** In each direction. */
const delayMs = 150;
const resetShare = 0.05;

export const slowAndReset: Scenario = {
  id: 'F14',
  title: 'NATS is 300 ms away, and connections are reset',
  known: 'Beyond its limit of 2 s: a decision makes several round trips one after the other',
  inject: 'a proxy before every service: 150 ms each way, and each second 5 % of the connections are reset',
  invariants,
  isQuick: false,
  run: onCortex({ behindCable: 'all' }, async ({ site, chance, measure, lasting }) => {
    await untilHealthy(site);
    site.cable.delay(delayMs);
    const resets = setInterval(() => site.cable.reset(resetShare, chance.random), 1_000);
    const seen = new Map<string, number>();
    const decidedMs: number[] = [];
    // The test hears of events without the delay.
    site.log.onEvent(({ type, service }) => {
      if (type === 'health.changed' && !seen.has(service)) seen.set(service, Date.now());
      if (type !== 'decision.made') return;
      const since = seen.get(service);
      if (since !== undefined) decidedMs.push(Date.now() - since);
      seen.delete(service);
    });
    try {
      for (let round = 1; round <= lasting(4, 1); round += 1) {
        for (const patient of site.patients) killPatient(patient);
        await untilHealed(site, round * site.patients.length);
        await untilHealthy(site);
        seen.clear();
      }
    } finally {
      clearInterval(resets);
      site.cable.delay(0);
    }
    const sorted = decidedMs.sort((left, right) => left - right);
    measure({ what: 'p95 decision', ms: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0, limitMs: 2_000 });
    return undefined;
  }),
};
