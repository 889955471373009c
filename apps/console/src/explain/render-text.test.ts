import { expect, test } from 'vitest';
import { ago, resolvedIncident, sampleIncident, sampleVerification } from '../test/samples.ts';
import { explanationText } from './render-text.ts';
import type { timeline } from './timeline.ts';
import { explanationOf } from './explanation.ts';

function textOf(incident: Parameters<typeof timeline>[0], verifications: Parameters<typeof timeline>[1] = []): string {
  return explanationText(explanationOf(incident, verifications, { notifications: [], plan: [] }));
}

test('every decision shows nine steps with verdict, reason, inputs and gates', () => {
  const text = textOf(sampleIncident(1));
  for (const step of [
    '1 classify',
    '2 severity',
    '3 blast radius',
    '4 root cause',
    '5 select playbook',
    '6 safety checks',
  ]) {
    expect(text).toContain(`      ${step}`);
  }
  expect(text).toContain('7 execute         pending');
  expect(text).toContain('gate kill switch      pass: kill switch allows it');
  expect(text).toContain('failing_checks = ["shop-http","shop-process"]');
});

test('a healed incident tells the whole story in order', () => {
  const text = textOf(resolvedIncident(2, 1), [sampleVerification(2, ago(1))]);
  const story = [
    'shop-1 is UNHEALTHY',
    'Decided to remediate with restart_shop',
    'Started restart_shop',
    'Step 1 Restart: succeeded',
    'Verification: SUCCESS',
    'Resolved: auto remediation',
  ];
  const places = story.map((part) => text.indexOf(part));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual([...places].sort((left, right) => left - right));
});

test('names that carry terminal escapes or text direction marks do no harm', () => {
  const text = textOf(sampleIncident(3, { title: 'a\u001b[2Jb\u202ec\nIncident forged' }));
  expect(text).toContain('a [2Jb c Incident forged');
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u001b\u202e]/);
});

test('what a long incident does without is said', () => {
  const leftOut = { attempts: 12, stepResults: 340, decisions: 5 };
  const text = textOf({ ...resolvedIncident(2, 1), leftOut });
  expect(text).toContain('not kept: 12 earlier attempts that helped or were refused, 340 results of steps');
});
