import { DetectionRule } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { normalNoise, repeat, startMs } from '../test-support.ts';
import { allDetectors } from './all-detectors.ts';
import type { Detector, DetectorDefinition, Judgement } from './detector.ts';
import { ewma } from './ewma.ts';
import { movingAverage } from './moving-average.ts';
import { rateOfChange } from './rate-of-change.ts';

const settings = { rule: DetectionRule.parse({ match: {} }), unit: 'other' } as const;

/** A detector that has learned `values`, ten seconds apart, and its judgement of the next one. */
function after(definition: DetectorDefinition, values: readonly number[], unit: 'other' | 'percent' = 'other') {
  const detector = definition.create({ ...settings, unit });
  for (const [index, value] of values.entries()) feed(detector, index, value);
  return (value: number): Judgement => {
    const judgement = detector.judge({ timeMs: startMs + values.length * 10_000, value });
    if (judgement === undefined) throw new Error('no judgement');
    return judgement;
  };
}

function feed(detector: Detector, index: number, value: number): void {
  const sample = { timeMs: startMs + index * 10_000, value };
  detector.learn(sample, 'full', detector.judge(sample));
}

const noise = normalNoise(1);
const steady = repeat(400, () => 100 + 5 * noise());

describe('moving average', () => {
  test('given a steady series, a value within three deviations is normal and one beyond is not, on both sides', () => {
    const judge = after(movingAverage, steady);
    expect(judge(105)).toMatchObject({ anomalous: false });
    expect(judge(105).score).toBeLessThan(0.1);
    expect(judge(125)).toMatchObject({ anomalous: true, direction: 'up' });
    expect(judge(75)).toMatchObject({ anomalous: true, direction: 'down' });
  });

  test('the range that it calls normal has the score 0.5 at its edges', () => {
    const judge = after(movingAverage, steady);
    const { range } = judge(100);
    expect(judge(range?.upper ?? 0).score).toBeCloseTo(0.5, 6);
    expect(judge(range?.lower ?? 0).score).toBeCloseTo(0.5, 6);
  });

  test('only the last n samples count', () => {
    const judge = after(movingAverage, [...repeat(100, () => 1_000_000), ...steady]);
    expect(judge(125).anomalous).toBe(true);
  });

  test('its rolling mean and deviation are those of the window after very many samples', () => {
    const values = repeat(10_050, (index) => 1e9 + (index % 7));
    const window = values.slice(-100);
    const mean = window.reduce((sum, value) => sum + value, 0) / 100;
    expect(after(movingAverage, values)(1e9).range?.expected).toBeCloseTo(mean, 5);
  });

  test('a constant series has a floor under its deviation', () => {
    const judge = after(
      movingAverage,
      repeat(100, () => 100),
    );
    expect(judge(100.5).score).toBeLessThan(0.1);
    expect(judge(110).score).toBeGreaterThan(0.9);
  });

  test('a percentage that has always been zero is not alarmed by a point', () => {
    expect(
      after(
        movingAverage,
        repeat(100, () => 0),
        'percent',
      )(1).score,
    ).toBeLessThan(0.1);
    expect(
      after(
        movingAverage,
        repeat(100, () => 0),
      )(3).anomalous,
    ).toBe(true);
  });
});

describe('ewma', () => {
  test('given a steady series, a value within three historical deviations is normal and one beyond is not', () => {
    const judge = after(ewma, steady);
    expect(judge(105).anomalous).toBe(false);
    expect(judge(130)).toMatchObject({ anomalous: true, direction: 'up' });
    expect(judge(70)).toMatchObject({ anomalous: true, direction: 'down' });
  });

  test('it follows a slow drift', () => {
    const drifting = repeat(1_000, (index) => 100 + 0.05 * index + 5 * noise());
    expect(after(ewma, drifting)(150).score).toBeLessThan(0.2);
  });

  test('an outlier that is clamped moves it no further than its threshold', () => {
    const detector = ewma.create(settings);
    for (const [index, value] of steady.entries()) feed(detector, index, value);
    const sample = { timeMs: startMs + 4_000_000, value: 1e6 };
    const judgement = detector.judge(sample);
    detector.learn(sample, 'clamped', judgement);
    const next = detector.judge({ timeMs: startMs + 4_010_000, value: 100 });
    expect(next?.range?.expected).toBeLessThan(105);
  });
});

describe('rate of change', () => {
  test('given a calm series, more than 30 % within a minute is anomalous, and less is not', () => {
    const judge = after(
      rateOfChange,
      steady.map((value) => 100 + (value - 100) / 5),
    );
    expect(judge(110)).toMatchObject({ anomalous: false });
    expect(judge(110).score).toBeLessThan(0.2);
    expect(judge(140)).toMatchObject({ anomalous: true, direction: 'up' });
    expect(judge(140).score).toBeGreaterThan(0.5);
    expect(judge(60)).toMatchObject({ anomalous: true, direction: 'down' });
  });

  test('a series that always jumps by half is normal doing so, although the raw verdict stands', () => {
    const judge = after(
      rateOfChange,
      repeat(200, (index) => (index % 2 === 0 ? 100 : 150)),
    );
    expect(judge(100)).toMatchObject({ anomalous: true });
    expect(judge(100).score).toBeLessThan(0.2);
  });

  test('it says nothing when the earlier values are older than the span', () => {
    const detector = rateOfChange.create(settings);
    feed(detector, 0, 100);
    expect(detector.judge({ timeMs: startMs + 60_000, value: 200 })).toBeDefined();
    expect(detector.judge({ timeMs: startMs + 60_001, value: 200 })).toBeUndefined();
  });

  test('a rise from nothing is measured against the least level that matters', () => {
    const judge = after(
      rateOfChange,
      repeat(100, () => 0),
      'percent',
    );
    expect(judge(1).score).toBeLessThan(0.1);
    expect(judge(50).score).toBeGreaterThan(0.9);
  });

  test('its memory does not grow with the sampling rate', () => {
    const detector = rateOfChange.create(settings);
    for (let index = 0; index < 10_000; index += 1) {
      detector.learn({ timeMs: startMs + index, value: index % 10 }, 'full', undefined);
    }
    expect(JSON.stringify(detector.save()).length).toBeLessThan(2_000);
  });
});

test.each(allDetectors)('$name goes on identically when restored from JSON', (definition) => {
  const detector = definition.create(settings);
  for (const [index, value] of steady.entries()) feed(detector, index, value);
  const restored = definition.create(settings, JSON.parse(JSON.stringify(detector.save())));
  for (const [index, value] of steady.entries()) {
    const sample = { timeMs: startMs + (400 + index) * 10_000, value: value + index / 10 };
    expect(restored.judge(sample)).toEqual(detector.judge(sample));
    for (const one of [detector, restored]) one.learn(sample, 'full', one.judge(sample));
  }
});

test.each(allDetectors)('$name is not changed by what its copy learns', (definition) => {
  const detector = definition.create(settings);
  for (const [index, value] of steady.entries()) feed(detector, index, value);
  const before = JSON.stringify(detector.save());
  const copy = detector.copy();
  feed(copy, 400, 1_000);
  expect(JSON.stringify(detector.save())).toBe(before);
  expect(JSON.stringify(copy.save())).not.toBe(before);
});
