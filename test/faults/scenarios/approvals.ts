import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@cortex/testing';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { wrongClock } from '../site/clock.ts';
import { effectsOn } from '../site/effects.ts';
import type { FaultSite } from '../site/fault-site.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilHealed } from '../site/waiting.ts';

const invariants = ['INV-2', 'INV-6', 'INV-7', 'INV-8', 'INV-9'] as const;
const withApproval = restartPlaybook({
  safety: { max_retries: 5, require_approval: true, blast_radius: 'single_host' },
});

interface Question {
  readonly approvalId: string;
  readonly planHash: string;
}

export const answersThatMustNotCount: Scenario = {
  id: 'F43',
  title: 'an approval of another plan, given twice, and replayed',
  inject: 'answers with a wrong plan, then three right ones at once, then the same again after the plan has run',
  invariants,
  isQuick: true,
  run: onCortex({ patients: 1, playbooks: [withApproval] }, async ({ site, claim, chance }) => {
    await untilHealthy(site);
    for (const patient of site.patients) killPatient(patient);
    const question = await nextQuestion(site);
    await answer(site, question, 'f'.repeat(question.planHash.length));
    await pause(chance.between(1_000, 3_000));
    claim('INV-6', effectsOn(site.patients).length === 0, 'an effect after an approval of another plan');
    await Promise.all([1, 2, 3].map(() => answer(site, question)));
    const endedMs = Date.now();
    await untilHealed(site, 1);
    const recoveredMs = Date.now();
    await answer(site, question);
    await pause(2_000);
    claim('INV-6', effectsOn(site.patients).length === 1, 'one approval had more than one effect');
    return endedMs + (Date.now() - recoveredMs);
  }),
};

export const approversClock: Scenario = {
  id: 'F19',
  title: 'the clock of the approver is an hour behind',
  inject: 'faketime -1 h on the console; an approval is given in time, or after it has expired',
  invariants,
  isQuick: false,
  run: onCortex(
    {
      patients: 1,
      playbooks: [withApproval],
      environmentOf: (name) => (name === 'console' ? wrongClock('-1h') : {}),
      adapt: (plain) => ({ ...plain, safety: { ...(plain['safety'] as object), approval_ttl: '5s' } }),
    },
    async ({ site, claim, chance }) => {
      await untilHealthy(site);
      const [patient] = site.patients;
      if (patient === undefined) throw new RangeError('a patient');
      killPatient(patient);
      const question = await nextQuestion(site);
      const isLate = chance.random() < 0.5;
      if (isLate) await pause(chance.between(6_500, 9_000));
      await answer(site, question);
      await pause(3_000);
      const effects = effectsOn(site.patients).length;
      claim('INV-6', !isLate || effects === 0, 'an effect after an approval that had expired');
      claim('INV-8', isLate || effects === 1, `${effects} effects after an approval in time`);
      const endedMs = Date.now();
      if (isLate) startPatient(patient);
      await untilHealed(site, 1);
      return endedMs;
    },
  ),
};

async function nextQuestion(site: FaultSite): Promise<Question> {
  return eventually(
    () => {
      const asked = site.log.of('approval.requested').at(-1)?.data['approval'];
      return asked === undefined ? false : (asked as Question);
    },
    { timeoutMs: 60_000 },
  );
}

/** Whether it is refused at once or later does not matter: what follows from it does. */
async function answer(site: FaultSite, { approvalId, planHash }: Question, other = planHash): Promise<void> {
  await site.ask('POST', `/approvals/${approvalId}/approve`, { by: 'ada', planHash: other });
}
