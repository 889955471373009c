import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@cortex/testing';
import { incidentsOf } from '../../system/support/facts.ts';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { wrongClock } from '../site/clock.ts';
import { effectsOn } from '../site/effects.ts';
import { restartPlaybook } from '../site/playbook.ts';

export const executorClock: Scenario = {
  id: 'F18',
  title: 'the clock of the executor is an hour off',
  inject: 'faketime +1 h or -1 h on the executor; a target dies, is healed, and dies again within its cool-down',
  invariants: ['INV-2', 'INV-4', 'INV-7', 'INV-8', 'INV-9'],
  isQuick: false,
  run: onCortex(
    (chance) => {
      const offset = chance.pick(['+1h', '-1h']);
      return {
        patients: 1,
        environmentOf: (name) => (name === 'executor' ? wrongClock(offset) : {}),
        playbooks: [
          restartPlaybook({
            safety: { max_retries: 5, require_approval: false, blast_radius: 'single_host', cooldown: '30m' },
          }),
        ],
      };
    },
    async ({ site, claim, chance }) => {
      await untilHealthy(site);
      const [patient] = site.patients;
      if (patient === undefined) throw new RangeError('a patient');
      // That of the wrong clock stays open for as long as it is wrong.
      const allResolved = async (): Promise<boolean> => {
        const incidents = await incidentsOf(site.bus);
        return incidents.every(({ service, status }) => service !== patient.service || status === 'resolved');
      };
      killPatient(patient);
      const isHealed = await eventually(() => effectsOn(site.patients).length > 0, { timeoutMs: 20_000 }).catch(
        () => false,
      );
      claim('INV-8', isHealed, 'the target was not healed within 20 s');
      if (!isHealed) startPatient(patient);
      await eventually(allResolved, { timeoutMs: 60_000 });
      const told = site.pages.filter(({ service }) => service === 'cortex').length;
      claim('INV-8', told > 0, 'nobody was told of the wrong clock');
      await untilHealthy(site);
      await pause(chance.between(0, 1_000));
      // Within the cool-down: INV-4 looks whether it rested.
      killPatient(patient);
      await pause(8_000);
      const endedMs = Date.now();
      startPatient(patient);
      await eventually(allResolved, { timeoutMs: 60_000 });
      return endedMs;
    },
  ),
};
