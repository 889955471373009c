import { DetectionRule, rateOfChangePresets } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { Memory } from '../memory.ts';
import { normalNoise, repeat, startMs } from '../test-support.ts';
import { allDetectors } from './all-detectors.ts';
import type { Detector, DetectorDefinition, DetectorSettings } from './detector.ts';
import { ewma } from './ewma.ts';
import { iqr } from './iqr.ts';
import { levelShift } from './level-shift.ts';
import { longAverage } from './long-average.ts';
import { movingAverage } from './moving-average.ts';
import { newExtreme } from './new-extreme.ts';
import { rarity } from './rarity.ts';
import { rateOfChange } from './rate-of-change.ts';
import { seasonality } from './seasonality.ts';
import { seasonalShift } from './seasonal-shift.ts';
import { variability } from './variability.ts';

const settings: DetectorSettings = { rule: DetectionRule.parse({ match: {} }), unit: 'other' };
const stepMs = 10_000;

interface Judged {
  readonly deviation: number;
  readonly anomalous: boolean;
  readonly range: ReturnType<NonNullable<Detector['range']>> | undefined;
}

/** A detector that has learned `values`, and its judgement of what comes next. */
function after(
  definition: DetectorDefinition,
  values: readonly number[],
  of: Partial<DetectorSettings> & { stepMs?: number } = {},
) {
  const detector = definition.create({ ...settings, ...of }, new Memory());
  const step = of.stepMs ?? stepMs;
  for (const [index, value] of values.entries()) feed(detector, startMs + index * step, value);
  let next = values.length;
  return (value: number): Judged => {
    const deviation = detector.observe({ value, timeMs: startMs + next * step });
    next += 1;
    return { deviation, anomalous: detector.isAnomalous(deviation), range: detector.range?.() };
  };
}

function feed(detector: Detector, timeMs: number, value: number): void {
  detector.observe({ value, timeMs });
  detector.learn({ value, timeMs });
}

/** The judgement of the last of so many values. */
function last(count: number, judgeAt: (index: number) => Judged): Judged | undefined {
  return Array.from({ length: count }, (_, index) => judgeAt(index)).at(-1);
}

const noise = normalNoise(1);
const steady = repeat(400, () => 100 + 5 * noise());

describe('moving average', () => {
  test('given a steady series, a value within three deviations is normal and one beyond is not, on both sides', () => {
    const judge = after(movingAverage, steady);
    expect(judge(105)).toMatchObject({ anomalous: false });
    expect(judge(125)).toMatchObject({ anomalous: true });
    expect(judge(75)).toMatchObject({ anomalous: true });
    expect(judge(75).deviation).toBeLessThan(-3);
  });

  test('only the last n samples count', () => {
    const judge = after(movingAverage, [
      ...repeat(100, () => 1_000_000),
      ...repeat(3 * 400, (index) => steady[index % 400] ?? 0),
    ]);
    expect(judge(125).anomalous).toBe(true);
  });

  test('its rolling mean is that of the window after very many samples', () => {
    const values = repeat(10_050, (index) => 1e9 + (index % 7));
    const mean = values.slice(-100).reduce((sum, value) => sum + value, 0) / 100;
    expect(after(movingAverage, values)(1e9).range?.expected).toBeCloseTo(mean, 5);
  });

  test('a constant series has a floor under its deviation, a percentage that of a point', () => {
    expect(
      after(
        movingAverage,
        repeat(100, () => 100),
      )(100.5).deviation,
    ).toBeLessThan(1);
    expect(
      after(
        movingAverage,
        repeat(100, () => 100),
      )(110).anomalous,
    ).toBe(true);
    expect(
      after(
        movingAverage,
        repeat(100, () => 0),
        { unit: 'percent' },
      )(1).anomalous,
    ).toBe(false);
  });
});

describe('ewma', () => {
  test('given a steady series, a value within three historical deviations is normal and one beyond is not', () => {
    const judge = after(ewma, steady);
    expect(judge(105).anomalous).toBe(false);
    expect(judge(130).anomalous).toBe(true);
    expect(judge(70).anomalous).toBe(true);
  });

  test('it follows a slow drift', () => {
    const drifting = repeat(1_000, (index) => 100 + 0.05 * index + 5 * noise());
    expect(after(ewma, drifting)(150).anomalous).toBe(false);
  });

  test('an outlier moves it no further than its threshold', () => {
    expect(after(ewma, [...steady, 1e6])(100).range?.expected).toBeLessThan(105);
  });
});

describe('long average', () => {
  test('a leak is measured against the values before it, not against itself', () => {
    const leak = repeat(40, (index) => 100 + index);
    expect(after(longAverage, [...steady, ...leak])(140).deviation).toBeGreaterThan(6);
    expect(after(movingAverage, [...steady, ...leak])(140).deviation).toBeLessThan(4);
  });
});

describe('interquartile range', () => {
  test('outside one and a half ranges beyond the quartiles is anomalous, within is not', () => {
    // Quartiles of 0 … 99 are 25 and 75: normal is -50 … 150.
    const judge = after(
      iqr,
      repeat(2_000, (index) => (index * 37) % 100),
    );
    expect(judge(140).anomalous).toBe(false);
    expect(judge(160).anomalous).toBe(true);
    expect(judge(-60).anomalous).toBe(true);
    const { range } = judge(50);
    expect(Math.abs((range?.lower ?? 0) + 50)).toBeLessThan(8);
    expect(Math.abs((range?.upper ?? 0) - 150)).toBeLessThan(8);
  });

  test('one outlier long ago does not blur what is normal now', () => {
    const judge = after(iqr, [...steady, 1e9, ...repeat(5 * 400, (index) => steady[index % 400] ?? 0)]);
    expect(judge(150).anomalous).toBe(true);
  });
});

describe('rarity', () => {
  test('a value between two that are usual, but never seen itself, is rare', () => {
    const two = repeat(2_000, (index) => (index % 2 === 0 ? 10 : 90) + noise());
    const judge = after(rarity, two);
    expect(Math.abs(judge(50).deviation)).toBeGreaterThan(9);
    expect(Math.abs(judge(90).deviation)).toBeLessThan(3);
    expect(after(movingAverage, two)(50).anomalous).toBe(false);
  });
});

const fiveMinutes = 5 * 60_000;
/** Three weeks that are busy by day and calm by night, quieter at the weekend. */
const weeks = repeat(21 * 288, (index) => {
  const hour = (index / 12) % 24;
  const isWeekend = Math.floor(index / 288) % 7 >= 5;
  return 100 + (isWeekend ? 20 : 60) * Math.sin(((hour - 6) / 24) * 2 * Math.PI) + 3 * noise();
});

describe('seasonality', () => {
  test('a value that is normal by day is anomalous at night', () => {
    // The next sample is that of midnight, when about 40 is usual.
    const judge = after(seasonality, weeks, { stepMs: fiveMinutes });
    expect(judge(40).anomalous).toBe(false);
    const { anomalous, deviation, range } = judge(150);
    expect(anomalous).toBe(true);
    expect(deviation).toBeGreaterThan(6);
    expect(Math.abs((range?.expected ?? 0) - 42)).toBeLessThan(8);
  });

  test('while an hour of a weekday has no history, the same hour of other days is used', () => {
    const judge = after(seasonality, weeks.slice(0, 3 * 288), { stepMs: fiveMinutes });
    expect(judge(150).anomalous).toBe(true);
  });

  test('it gives no verdict in the first hours', () => {
    expect(after(seasonality, weeks.slice(0, 100), { stepMs: fiveMinutes })(0).deviation).toBeNaN();
  });
});

describe('seasonal shift', () => {
  test('two hours a little off their usual are detected, although none of their values is strange', () => {
    const judge = after(seasonalShift, weeks, { stepMs: fiveMinutes });
    const usual = judge(42);
    const off = last(24, () => judge(62));
    expect(Math.abs(usual.deviation)).toBeLessThan(3);
    expect(off?.deviation).toBeGreaterThan(2);
  });
});

describe('rate of change', () => {
  test('given a calm series, more than 30 % within a minute is anomalous, and less is not', () => {
    const judge = after(
      rateOfChange,
      steady.map((value) => 100 + (value - 100) / 5),
    );
    expect(judge(110).anomalous).toBe(false);
    expect(judge(140)).toMatchObject({ anomalous: true });
    expect(judge(60)).toMatchObject({ anomalous: true });
    expect(judge(60).deviation).toBeLessThan(-6);
  });

  test('a series that always jumps by half is normal doing so, although the verdict of the specification stands', () => {
    const judge = after(
      rateOfChange,
      repeat(200, (index) => (index % 2 === 0 ? 100 : 150)),
    );
    const { anomalous, deviation } = judge(150);
    expect(anomalous).toBe(true);
    expect(deviation).toBeLessThan(2);
  });

  test('over a longer time than the span, more change is acceptable', () => {
    const hourly = after(
      rateOfChange,
      repeat(20, () => 100),
      { stepMs: 3_600_000 },
    );
    expect(hourly(150).anomalous).toBe(false);
  });

  test('a rise from nothing is measured against the least level that matters', () => {
    const judge = after(
      rateOfChange,
      repeat(100, () => 0),
      { unit: 'percent' },
    );
    expect(judge(1).anomalous).toBe(false);
    expect(judge(50).anomalous).toBe(true);
  });
});

describe('the examples of the specification', () => {
  const minutely = { stepMs: 60_000 };
  const ruled = (preset: keyof typeof rateOfChangePresets) => ({
    ...minutely,
    rule: DetectionRule.parse({ match: {}, rateOfChange: rateOfChangePresets[preset] }),
  });

  test('a processor that needs more than 30 % more within a minute is detected, one that needs less is not', () => {
    const history = repeat(30, (index) => 50 + (index % 3));
    const isTold = (value: number) => after(rateOfChange, history, ruled('cpu_spike'))(value).anomalous;
    expect([60, 20, 70].map(isTold)).toEqual([false, false, true]);
  });

  test('memory that grows by more than 5 % within an hour is a leak, a temporary rise is none', () => {
    const flat = repeat(90, (index) => 1_000 + (index % 5));
    const slow = after(rateOfChange, [...flat, ...repeat(70, (index) => 1_000 + 0.5 * index)], ruled('memory_leak'));
    expect(slow(1_036).anomalous).toBe(false);
    const leak = after(rateOfChange, [...flat, ...repeat(70, (index) => 1_000 + 2 * index)], ruled('memory_leak'));
    expect(leak(1_142).anomalous).toBe(true);
    const spike = after(rateOfChange, [...flat, 1_500, 1_500, 1_001], ruled('memory_leak'));
    expect(spike(1_500).anomalous).toBe(false);
    expect(spike(1_002).anomalous).toBe(false);
  });

  test('traffic that more than halves within five minutes is detected, traffic that doubles is not', () => {
    const history = repeat(30, (index) => 400 + (index % 7));
    const isTold = (value: number) => after(rateOfChange, history, ruled('traffic_drop'))(value).anomalous;
    expect([900, 300, 180].map(isTold)).toEqual([false, false, true]);
  });
});

describe('new extreme', () => {
  test('beyond all others by a twentieth of their range counts in full, within them not at all', () => {
    const judge = after(
      newExtreme,
      repeat(200, (index) => index % 101),
    );
    expect(judge(100).deviation).toBe(0);
    expect(judge(102.5).deviation).toBeCloseTo(0.5, 6);
    expect(judge(140).deviation).toBe(1);
    expect(judge(-40).deviation).toBe(-1);
  });

  test('an extreme of long ago is forgotten', () => {
    const day = 24 * 60 * 60_000;
    const judge = after(newExtreme, [1e6, ...repeat(100, (index) => index % 11)], { stepMs: day });
    expect(judge(50).deviation).toBe(1);
  });
});

describe('level shift', () => {
  test('a new level that lasts deviates more and more, a single value hardly', () => {
    const judge = after(levelShift, steady);
    expect(judge(130).deviation).toBeLessThan(1);
    expect(last(24, () => judge(130))?.deviation).toBeGreaterThan(5);
  });
});

describe('variability', () => {
  test('a value that stands still is detected, and one that begins to thrash', () => {
    const stuck = after(variability, steady);
    expect(last(48, () => stuck(100))).toMatchObject({ anomalous: true });
    const thrashing = after(variability, steady);
    const worst = last(48, (index) => thrashing(100 + (index % 2 === 0 ? 60 : -60)));
    expect(worst?.anomalous).toBe(true);
    expect(worst?.deviation).toBeGreaterThan(4);
  });

  test('a constant series may move by an insignificant amount', () => {
    const judge = after(
      variability,
      repeat(300, () => 100),
    );
    expect(Math.abs(last(48, (index) => judge(100 + (index % 2) / 4))?.deviation ?? 9)).toBeLessThan(1);
  });
});

test.each(allDetectors)('all that $name knows of a series is on its page', (definition) => {
  for (const cut of [0, 1, 2, 10, 31, 33, 60, 400]) {
    const alone = definition.create(settings, new Memory());
    const memory = new Memory();
    const shared = definition.create(settings, memory);
    const [page, ofAnother, restored] = [memory.newPage(), memory.newPage(), memory.newPage()];
    for (const [index, value] of [...steady.slice(0, cut), ...steady].entries()) {
      const timeMs = startMs + index * 20 * stepMs;
      const sample = { timeMs, value: value + index / 10 };
      if (index === cut) restored.bytes.set(page.bytes);
      memory.open(ofAnother);
      feed(shared, timeMs, -3 * value);
      memory.open(index < cut ? page : restored);
      expect(shared.observe(sample)).toBe(alone.observe(sample));
      expect(shared.range?.()).toEqual(alone.range?.());
      for (const one of [alone, shared]) one.learn(sample);
    }
  }
});

test.each(allDetectors)('$name needs little memory', (definition) => {
  const memory = new Memory();
  definition.create(settings, memory);
  expect(memory.size).toBeLessThan(6_000);
});

test.each(allDetectors)('$name takes any value without becoming senseless', (definition) => {
  const detector = definition.create(settings, new Memory());
  const wild = [0, -0, 1e150, -1e150, 1e-300, 5, 1e9, -3];
  for (let index = 0; index < 400; index += 1) feed(detector, startMs + index * stepMs, wild[index % 8] ?? 0);
  for (let index = 400; index < 2_000; index += 1) feed(detector, startMs + index * stepMs, 100 + noise());
  const deviation = detector.observe({ value: 100, timeMs: startMs + 2_000 * stepMs });
  expect(Number.isNaN(deviation) || Number.isFinite(deviation)).toBe(true);
});
