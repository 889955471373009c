import { join } from 'node:path';
import { expect, test } from 'vitest';
import { demoFaults } from './demo-faults.ts';
import { explained, summarized, summaryLines } from './explained.ts';
import { simulateIncident } from './simulated-incident.ts';

/** `npx vitest run --project unit test/unit/explain -u` writes them anew: then the diff says what changed, and why is for the commit. */
const golden = (name: string): string => join(import.meta.dirname, 'goldens', name);

/** Those that are kept whole: between them most outcomes, gates and ways to end. */
const whole = [1, 6, 16, 19, 21, 26, 29, 36, 40, 74, 75, 81, 107, 133, 150, 158];
const incidents = Array.from({ length: 200 }, (_, index) => ({
  seed: index + 1,
  incident: simulateIncident(index + 1),
}));

test('the four faults of the demo are explained as before', async () => {
  const texts = Object.entries(demoFaults).map(([fault, run]) => `### ${fault}\n${explained(run())}`);
  await expect(texts.join('\n')).toMatchFileSnapshot(golden('demo.txt'));
});

test('200 simulated incidents come to what they came to before, a line each', async () => {
  const lines = incidents.map(({ seed, incident }) => `${seed} ${summarized(incident)}\n`);
  await expect(lines.join('')).toMatchFileSnapshot(golden('incidents.txt'));
});

test('some of them are explained as before, to the letter', async () => {
  const texts = incidents
    .filter(({ seed }) => whole.includes(seed))
    .map(({ seed, incident }) => `### ${seed}\n${explained(incident)}`);
  await expect(texts.join('\n')).toMatchFileSnapshot(golden('explanations.txt'));
});

test('each is told in five lines first', async () => {
  const faults = Object.entries(demoFaults).map(([fault, run]) => `### ${fault}\n${summaryLines(run())}`);
  const simulated = incidents
    .filter(({ seed }) => whole.includes(seed))
    .map(({ seed, incident }) => `### ${seed}\n${summaryLines(incident)}`);
  await expect([...faults, ...simulated].join('\n')).toMatchFileSnapshot(golden('summaries.txt'));
  for (const { incident } of incidents) expect(summaryLines(incident).trimEnd().split('\n')).toHaveLength(5);
});

test('the simulated incidents meet every outcome and every way to end', () => {
  const outcomes = incidents.flatMap(({ incident }) => incident.decisions.map(({ outcome }) => outcome));
  for (const outcome of [
    'wait',
    'hold',
    'remediate',
    'request_approval',
    'advise',
    'monitor',
    'roll_back',
    'escalate',
    'resolve',
  ])
    expect(outcomes).toContain(outcome);
  const methods = incidents.map(({ incident }) => incident.resolution?.method);
  for (const method of ['auto_remediation', 'manual', 'cleared']) expect(methods).toContain(method);
});
