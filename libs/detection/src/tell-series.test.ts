import { expect, test } from 'vitest';
import type { EventData, EventDraft, Playbook } from '@cortex/contracts';
import { detect } from './detect.ts';
import { emptyPartition } from './partition.ts';
import { restorePartition, savePartition } from './partition-form.ts';
import { compileDetection } from './settings.ts';
import { batchOf, normalNoise, play, repeat, startMs } from './test-support.ts';

const minuteMs = 60_000;
const playbook: Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'> = {
  id: 'drain',
  trigger: { condition: 'queue_depth > 85', durationMs: 0 },
  severity: 'high',
  services: [],
};
const settings = compileDetection([], [playbook], { repeatAnomaliesMs: 5 * minuteMs });
type Updated = EventData<'anomaly.updated'>;
const repetitions = (drafts: readonly EventDraft[]): Updated[] =>
  drafts.flatMap(({ data }) => ((data as Updated).goesOn === true ? [data as Updated] : []));

test('an open anomaly is said again at its pace, with the time at which it was last seen', () => {
  const { drafts } = play(
    repeat(6 * 30 + 1, () => 95),
    { settings },
  );
  const said = repetitions(drafts);
  expect(said).toHaveLength(6);
  for (const [index, { observedAt, triggers, value }] of said.entries()) {
    expect(Date.parse(observedAt)).toBe(startMs + (index + 1) * 5 * minuteMs);
    expect([triggers, value]).toEqual([['drain'], 95]);
  }
});

test('not once its series shows nothing of it, though it is open for some samples more', () => {
  const { drafts } = play([...repeat(29, () => 95), ...repeat(4, () => 10)], { settings });
  expect(repetitions(drafts)).toEqual([]);
});

test('of a series that is silent nothing is said', () => {
  const { state } = play(
    repeat(10, () => 95),
    { settings },
  );
  const other = batchOf([1], { metric: 'other', fromMs: startMs + 14 * minuteMs });
  expect(detect(settings, state, { atMs: startMs + 14 * minuteMs, series: [other] }).drafts).toEqual([]);
});

test('names the triggers that hold still', () => {
  const noise = normalNoise(3);
  const { drafts } = play([...repeat(200, () => 20 + noise()), ...repeat(10, () => 95), ...repeat(60, () => 80)], {
    settings,
  });
  const said = repetitions(drafts);
  expect(said.length).toBeGreaterThan(0);
  expect(said.every(({ triggers }) => triggers.length === 0)).toBe(true);
});

test('restored from its snapshot it goes on the same', () => {
  const values = repeat(100, () => 95);
  const whole = play(values, { settings }).drafts;
  const first = play(values.slice(0, 45), { settings });
  const state = restorePartition(settings, JSON.parse(JSON.stringify(savePartition(first.state))));
  const rest = play(values.slice(45), { settings, state, fromMs: startMs + 45 * 10_000 });
  expect([...first.drafts, ...rest.drafts]).toEqual(whole);
});

test('costs ten thousand open series one event each at each pace', () => {
  const state = emptyPartition();
  const many = compileDetection([], [playbook], {
    repeatAnomaliesMs: 5 * minuteMs,
    seriesLimits: { perPartition: 10_000, perService: 10_000, services: [] },
  });
  const round = (index: number): number => {
    const atMs = startMs + index * minuteMs;
    const series = repeat(10_000, (id) => id).map((id) => batchOf([95], { fromMs: atMs, labels: { id: String(id) } }));
    return repetitions(detect(many, state, { atMs, series }).drafts).length;
  };
  expect(repeat(11, round).reduce((sum, count) => sum + count, 0)).toBe(20_000);
});
