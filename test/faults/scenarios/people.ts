import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@cortex/testing';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { playbookOfTheFirst } from '../site/calls.ts';
import { untilHealed } from '../site/waiting.ts';

export const receiverDown: Scenario = {
  id: 'F38',
  title: 'the receiver of pages answers 500, 429 or nothing',
  inject: 'for 2 min, while somebody is to be called; then it answers again',
  invariants: ['INV-7', 'INV-8', 'INV-9'],
  isQuick: false,
  run: onCortex({ playbooks: [playbookOfTheFirst] }, async ({ site, chance, lasting, claim }) => {
    await untilHealthy(site);
    const hopeless = site.patients[1];
    if (hopeless === undefined) throw new RangeError('two patients');
    let answered = 0;
    site.receiver.answer = (response) => {
      const how = chance.pick(['500', '429', 'nothing'] as const);
      if (how === 'nothing') return;
      response.writeHead(Number(how), how === '429' ? { 'retry-after': '1' } : {}).end();
    };
    killPatient(hopeless);
    await eventually(() => site.pages.length > 0, { timeoutMs: 60_000 });
    await pause(lasting(120_000, 12_000));
    site.receiver.answer = (response) => {
      answered += 1;
      response.writeHead(204).end();
    };
    const endedMs = Date.now();
    await eventually(() => answered > 0, { timeoutMs: 120_000 }).catch(() => undefined);
    claim('INV-8', answered > 0, 'nobody was called within 2 min after the receiver was well again');
    const recoveryMs = Date.now() - endedMs;
    startPatient(hopeless);
    await untilHealed(site, 1);
    return Date.now() - recoveryMs;
  }),
};
