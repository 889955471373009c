import { DetectionRule } from '@cortex/contracts';
import { expect, test } from 'vitest';
import type { DetectorSettings } from '../detectors/detector.ts';
import { normalNoise, repeat, startMs } from '../test-support.ts';
import { SeriesDetector } from './series-detector.ts';

const settings: DetectorSettings = { rule: DetectionRule.parse({ match: {} }), unit: 'other' };
const calm = { open: false, calledBad: false, isHarm: false };
const noise = normalNoise(3);
const values = repeat(900, () => 100 + 5 * noise());

function scores(detector: SeriesDetector, from: number, to: number): number[] {
  return values
    .slice(from, to)
    .map((value, index) => detector.observe({ value, timeMs: startMs + (from + index) * 60_000 }, calm).score);
}

test('series of one rule share their algorithms and nothing else', () => {
  const [one, other] = [SeriesDetector.create(settings), SeriesDetector.create(settings)];
  const alone = scores(one, 0, 900);
  const between = values.map((value, index) => {
    const timeMs = startMs + index * 60_000;
    SeriesDetector.create(settings).observe({ value: -value, timeMs }, calm);
    return other.observe({ value, timeMs }, calm).score;
  });
  expect(between).toEqual(alone);
});

test('its observation of the newest sample stays while other series are observed', () => {
  const [one, other] = [SeriesDetector.create(settings), SeriesDetector.create(settings)];
  scores(one, 0, 300);
  const said = [one.details(), one.range];
  scores(other, 0, 400);
  expect([one.details(), one.range]).toEqual(said);
});

test('an algorithm that the saved state lacks starts afresh, the others go on', () => {
  const whole = SeriesDetector.create(settings);
  scores(whole, 0, 600);
  const { ewma: _unknown, ...known } = whole.save().algorithms;
  const restored = SeriesDetector.restore(settings, { ...whole.save(), algorithms: { ...known, of_old: 'AAAA' } });
  const verdict = (detector: SeriesDetector) => {
    detector.observe({ value: 130, timeMs: startMs + 600 * 60_000 }, calm);
    return new Map(detector.details().algorithms.map(({ name, score }) => [name, score]));
  };
  const [before, after] = [verdict(whole), verdict(restored)];
  expect(before.get('ewma')).toBeGreaterThan(0);
  before.delete('ewma');
  expect(after).toEqual(before);
});

test('a saved state of another length or byte order is refused', () => {
  const saved = SeriesDetector.create(settings).save();
  const short = { ...saved, algorithms: { ...saved.algorithms, ewma: 'AAAA' } };
  expect(() => SeriesDetector.restore(settings, short)).toThrow(RangeError);
  expect(() => SeriesDetector.restore(settings, { ...saved, byteOrder: 'middle' })).toThrow('byteOrder');
});
