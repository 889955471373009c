import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { differences, type GoldenJournal } from '../golden/replay.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilEvent, untilHealed } from '../site/waiting.ts';

const golden = 'test/faults/golden';

export const rollingUpgrade: Scenario = {
  id: 'F44',
  title: 'executors are replaced one by one, with journals of before',
  inject:
    'SIGTERM of the executor in the middle of a step, while another runs; the journals of every released version are replayed',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: true,
  run: onCortex(
    (chance) => ({ playbooks: [restartPlaybook({}, { delayMs: Math.round(chance.between(0, 1_500)) })] }),
    async ({ site, chance, claim }) => {
      const changed = readdirSync(golden)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => differences(JSON.parse(readFileSync(join(golden, name), 'utf8')) as GoldenJournal[]));
      claim(
        'INV-7',
        changed.length === 0,
        `${changed.length} journals of before are replayed otherwise: ${changed[0]}`,
      );
      await untilHealthy(site);
      const begun = untilEvent(site, 'remediation.started');
      for (const patient of site.patients) killPatient(patient);
      await begun;
      await pause(chance.between(0, 500));
      await Promise.all([site.down('executor'), site.up('executor')]);
      const endedMs = Date.now();
      await untilHealed(site, site.patients.length);
      return endedMs;
    },
  ),
};
