import { anomalyCleared, anomalyDetected, DetectionRule, findEventDefinition, type Playbook } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detect, endedAfterMs } from './detect.ts';
import { emptyPartition } from './partition.ts';
import { restorePartition, savePartition } from './partition-form.ts';
import { compileDetection } from './settings.ts';
import { batchOf, defaults, normalNoise, play, repeat, startMs, theOnly } from './test-support.ts';

function noisy(seed: number, count: number, level = 100, spread = 2): number[] {
  const noise = normalNoise(seed);
  return repeat(count, () => level + spread * noise());
}

describe('what is found', () => {
  test('a spike to three times the level is detected after two samples and cleared soon after it is over', () => {
    const { said, drafts } = play([...noisy(1, 200), ...noisy(2, 10, 300), ...noisy(3, 50)]);
    expect(said.filter((type) => type !== 'anomaly.updated')).toEqual(['anomaly.detected', 'anomaly.cleared']);
    const detected = theOnly(drafts, 'anomaly.detected');
    expect(detected).toMatchObject({
      kind: 'metric',
      direction: 'up',
      service: 'shop',
      instance: 'shop-1',
      triggers: [],
    });
    expect(Date.parse(detected.startedAt)).toBe(startMs + 200 * 10_000);
    expect(Date.parse(detected.observedAt)).toBe(startMs + 201 * 10_000);
    expect(theOnly(drafts, 'anomaly.cleared').anomalyId).toBe(detected.anomalyId);
    const clearedAt = (Date.parse(theOnly(drafts, 'anomaly.cleared').clearedAt) - startMs) / 10_000;
    expect(clearedAt).toBeGreaterThanOrEqual(214);
    expect(clearedAt).toBeLessThanOrEqual(218);
  });

  test('a leak of one percent per sample stays one anomaly until it is over', () => {
    const noise = normalNoise(5);
    const leak = repeat(150, (index) => 100 + index + 2 * noise());
    const { drafts, said } = play([...noisy(4, 200), ...leak, ...noisy(6, 30)]);
    expect(said.filter((type) => type !== 'anomaly.updated')).toEqual(['anomaly.detected', 'anomaly.cleared']);
    const begin = Date.parse(theOnly(drafts, 'anomaly.detected').startedAt);
    expect((begin - startMs) / 10_000 - 200).toBeLessThan(20);
    const end = (Date.parse(theOnly(drafts, 'anomaly.cleared').clearedAt) - startMs) / 10_000;
    expect(end).toBeGreaterThanOrEqual(354);
    expect(end).toBeLessThan(360);
  });

  test('a step up stays an anomaly, and clears when the level returns', () => {
    const { said } = play([...noisy(7, 200), ...noisy(8, 500, 140), ...noisy(9, 20)]);
    expect(said.filter((type) => type !== 'anomaly.updated')).toEqual(['anomaly.detected', 'anomaly.cleared']);
  });

  test('a drop is detected, unless the rule asks for rises alone', () => {
    const values = [...noisy(10, 200), ...noisy(11, 20, 20), ...noisy(12, 20)];
    const { drafts, said } = play(values);
    expect(theOnly(drafts, 'anomaly.detected').direction).toBe('down');
    expect(said.at(-1)).toBe('anomaly.cleared');
    const upward = compileDetection([DetectionRule.parse({ match: {}, direction: 'up' })], []);
    expect(play(values, { settings: upward }).said).toEqual([]);
  });

  test('a level held steadily for six hours becomes the new normal', () => {
    const { drafts } = play([...noisy(13, 200), ...noisy(14, 2_400, 140)]);
    expect(theOnly(drafts, 'anomaly.detected')).toBeDefined();
    const cleared = theOnly(drafts, 'anomaly.cleared');
    expect(cleared.reason).toContain('now the normal one');
    expect((Date.parse(cleared.clearedAt) - startMs) / 3_600_000).toBeGreaterThan(6);
  });

  test('a growing severity is published at once, once per class', () => {
    const { drafts } = play([...noisy(15, 200), ...repeat(40, (index) => 108 + index)]);
    const severities = drafts.map(({ data }) => (data as { severity: string }).severity);
    expect(severities).toEqual([...new Set(severities)]);
    expect(severities.length).toBeGreaterThan(0);
  });

  test('the explanation gives the value and the normal range', () => {
    const values = [...noisy(16, 200, 120e6, 2e6), ...repeat(3, () => 412e6)];
    const { drafts } = play(values, { metric: 'process_resident_memory_bytes' });
    expect(theOnly(drafts, 'anomaly.detected').explanation).toMatch(
      /^process resident memory of shop-1 is 412 MB; normal is 11\d MB to 12\d MB$/,
    );
  });

  test('every draft is a valid event', () => {
    const { drafts } = play([...noisy(1, 200), ...noisy(2, 10, 300), ...noisy(3, 50)]);
    for (const draft of drafts)
      expect(findEventDefinition(draft.type)?.data.safeParse(draft.data).error).toBeUndefined();
    const types = drafts.map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual([anomalyDetected.type, anomalyCleared.type]);
  });
});

describe('what is not', () => {
  test('twenty noisy series of 5,000 samples, half of them with a daily wave, raise at most one alert in all', () => {
    let alerts = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const noise = normalNoise(1_000 + seed);
      const spread = [1, 5, 20][seed % 3] ?? 1;
      const wave = seed % 2 === 0 ? 0 : 30;
      const stepMs = seed % 4 < 2 ? 10_000 : 60_000;
      const daily = (2 * Math.PI * stepMs) / 86_400_000;
      const values = repeat(5_000, (index) => 100 + wave * Math.sin(daily * index) + spread * noise());
      const batch = batchOf(values, { stepMs });
      const { counts } = detect(defaults, emptyPartition(), { atMs: startMs + 5_000 * stepMs, series: [batch] });
      expect(counts.samples).toBe(5_000);
      alerts += counts.opened.length;
    }
    expect(alerts).toBeLessThanOrEqual(1);
  });

  test('nothing is raised before the warm-up is over', () => {
    expect(play([...noisy(1, 20), 1e6, 1e6, 1e6]).said).toEqual([]);
  });

  test('a single outlier opens nothing', () => {
    expect(play([...noisy(1, 100), 1e6, ...noisy(2, 50)]).said).toEqual([]);
  });

  test.each([
    ['at a hundred', 100, 100.4],
    ['at zero', 0, 0.01],
  ])('the first wiggle of a constant series %s opens nothing', (_, level, wiggle) => {
    expect(play([...repeat(200, () => level), ...repeat(10, () => wiggle), ...repeat(50, () => level)]).said).toEqual(
      [],
    );
  });

  test('a disabled rule raises nothing', () => {
    const settings = compileDetection([DetectionRule.parse({ match: { metric: 'queue_*' }, enabled: false })], []);
    expect(play([...noisy(1, 200), ...noisy(2, 10, 300)], { settings }).said).toEqual([]);
  });
});

describe('bad samples', () => {
  test('a sample that is not finite, out of order, repeated or from the future is refused and counted, and changes nothing', () => {
    const good = play(noisy(1, 100));
    const last = startMs + 99 * 10_000;
    const bad = {
      ...batchOf([]),
      timesMs: [last + 1, last, last - 5_000, last + 3_600_000, last + 2],
      values: [Number.NaN, 5, 5, 5, Number.POSITIVE_INFINITY],
    };
    const before = JSON.stringify(savePartition(good.state));
    const { counts } = detect(defaults, good.state, { atMs: last, series: [bad] });
    expect(counts).toMatchObject({
      samples: 0,
      refused: { not_finite: 2, out_of_order: 2, from_the_future: 1, too_many_series: 0 },
    });
    expect(JSON.stringify(savePartition(good.state))).toBe(before);
  });

  test('more series than a partition may hold are refused', () => {
    const series = repeat(3_001, (index) => index).map((index) =>
      batchOf([1], { service: `shop-${index % 2}`, labels: { index: String(index) } }),
    );
    const state = emptyPartition();
    const { counts } = detect(defaults, state, { atMs: startMs, series });
    expect(counts.refused.too_many_series).toBe(1);
    expect(state.series.size).toBe(3_000);
  });
});

describe('series that end', () => {
  test('an open anomaly is cleared when its series has been silent for a quarter of an hour', () => {
    const open = play([...noisy(1, 200), ...noisy(2, 10, 300)]);
    const atMs = startMs + 210 * 10_000 + endedAfterMs;
    const other = batchOf([1], { metric: 'other', fromMs: atMs });
    const { state } = open;
    const { drafts } = detect(defaults, state, { atMs, series: [other] });
    expect(theOnly(drafts, 'anomaly.cleared')).toMatchObject({ metric: 'queue_depth' });
    expect(theOnly(drafts, 'anomaly.cleared').reason).toContain('no more samples');
    const again = detect(defaults, state, {
      atMs: atMs + 3 * 3_600_000,
      series: [batchOf([1], { metric: 'other', fromMs: atMs + 3 * 3_600_000 })],
    });
    expect(again.drafts).toEqual([]);
    expect([...state.series.keys()]).toEqual(['shop|shop-1|other']);
    expect([...(state.instances.get('shop|shop-1')?.keys() ?? [])]).toEqual(['other']);
  });
});

const diskCleanup: Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'> = {
  id: 'disk-cleanup',
  trigger: { condition: 'disk_usage_percent > 85', durationMs: 60_000 },
  severity: 'high',
  services: [],
};
const disk = { metric: 'disk_usage_percent', labels: { mount: '/data' } };

describe('triggers of playbooks', () => {
  const settings = compileDetection([], [diskCleanup]);

  test('a trigger that holds for its duration is an anomaly of kind threshold, without any warm-up', () => {
    const { drafts, said } = play([...repeat(3, () => 50), ...repeat(10, () => 91), ...repeat(6, () => 60)], {
      settings,
      ...disk,
    });
    expect(said).toEqual(['anomaly.detected', 'anomaly.cleared']);
    const detected = theOnly(drafts, 'anomaly.detected');
    expect(detected).toMatchObject({
      kind: 'threshold',
      triggers: ['disk-cleanup'],
      severity: 'high',
      direction: 'up',
      value: 91,
    });
    expect(detected.score).toBeGreaterThan(0.75);
    expect(Date.parse(detected.startedAt)).toBe(startMs + 30_000);
    expect(Date.parse(detected.observedAt)).toBe(startMs + 90_000);
    expect(detected.explanation).toBe(
      'disk usage of shop-1 (mount /data) is 91 %; disk_usage_percent > 85 has held for 1m, the trigger of playbook disk-cleanup',
    );
  });

  test('a value that dips below in between starts the duration again', () => {
    const values = [...repeat(6, () => 91), 80, ...repeat(6, () => 91), 80];
    expect(play(values, { settings, ...disk }).said).toEqual([]);
  });

  test('samples too far apart do not prove that it held in between', () => {
    expect(play([91, 91, 91], { settings, ...disk, stepMs: 6 * 60_000 }).said).toEqual([]);
  });

  test('the level that a trigger calls bad is never learned as normal, so recovery from it is no anomaly', () => {
    const { said } = play([...repeat(500, () => 95), ...repeat(200, () => 40)], { settings, ...disk });
    expect(said).toEqual(['anomaly.detected', 'anomaly.cleared']);
  });

  test('a trigger met during an open anomaly of the series is published as an update of it', () => {
    const values = [...noisy(1, 100, 40, 1), ...repeat(20, () => 95)];
    const { drafts, said } = play(values, { settings, ...disk });
    expect(new Set(said)).toEqual(new Set(['anomaly.detected', 'anomaly.updated']));
    const detected = theOnly(drafts, 'anomaly.detected');
    expect(detected).toMatchObject({ kind: 'metric', triggers: [] });
    expect(drafts.at(-1)?.data).toMatchObject({ anomalyId: detected.anomalyId, triggers: ['disk-cleanup'] });
  });

  test('other services than the playbook names are not watched', () => {
    const elsewhere = compileDetection([], [{ ...diskCleanup, services: ['billing'] }]);
    expect(
      play(
        repeat(20, () => 91),
        { settings: elsewhere, ...disk },
      ).said,
    ).toEqual([]);
  });

  test('conditions over signal variables are left to the decision service', () => {
    const trigger = { condition: 'health_state == "UNHEALTHY"', durationMs: 0 };
    expect(
      compileDetection([], [{ ...diskCleanup, trigger }]).settingsFor({ ...disk, service: 'shop' }).triggers,
    ).toEqual([]);
  });

  test('a condition over several metrics takes the newest values of the instance and is attached to the series that completed it', () => {
    const trigger = { condition: 'cpu_usage_percent > 80 AND queue_depth > 10', durationMs: 0 };
    const both = compileDetection([], [{ ...diskCleanup, id: 'scale-up', trigger }]);
    const cpu = (instance: string, value: number, fromMs: number) =>
      batchOf([value], { metric: 'cpu_usage_percent', instance, fromMs });
    const queue = (instance: string, value: number, fromMs: number) => batchOf([value], { instance, fromMs });
    const state = emptyPartition();
    const first = detect(both, state, {
      atMs: startMs,
      series: [queue('a', 50, startMs), cpu('b', 99, startMs)],
    });
    expect(first.drafts).toEqual([]);
    const later = JSON.parse(JSON.stringify(savePartition(state)));
    const late = startMs + 6 * 60_000;
    const stale = detect(both, restorePartition(both, later), { atMs: late, series: [cpu('a', 99, late)] });
    expect(stale.drafts).toEqual([]);
    const fresh = detect(both, state, { atMs: startMs + 60_000, series: [cpu('a', 99, startMs + 60_000)] });
    expect(theOnly(fresh.drafts, 'anomaly.detected')).toMatchObject({
      metric: 'cpu_usage_percent',
      instance: 'a',
      triggers: ['scale-up'],
    });
  });
});

describe('state', () => {
  test('the same batches always lead to the same events and the same state', () => {
    const values = [...noisy(1, 200), ...noisy(2, 3, 300), 300, 900, 5];
    const [once, twice] = [play(values), play(values)];
    expect(twice.drafts).toEqual(once.drafts);
    expect(savePartition(twice.state)).toEqual(savePartition(once.state));
  });

  test('restored from JSON at any point, it goes on to the same events and the same state', () => {
    const settings = compileDetection(
      [],
      [{ ...diskCleanup, trigger: { condition: 'queue_depth > 250', durationMs: 30_000 } }],
    );
    const value = fc.oneof(fc.double({ min: 90, max: 110, noNaN: true }), fc.constantFrom(300, 20, 100, 1e7));
    fc.assert(
      fc.property(fc.array(value, { minLength: 60, maxLength: 160 }), fc.nat({ max: 150 }), (values, cut) => {
        const whole = play(values, { settings });
        const first = play(values.slice(0, cut), { settings });
        const state = restorePartition(settings, JSON.parse(JSON.stringify(savePartition(first.state))));
        const second = play(values.slice(cut), {
          settings,
          state,
          fromMs: startMs + Math.min(cut, values.length) * 10_000,
        });
        expect([...first.drafts, ...second.drafts]).toEqual(whole.drafts);
        expect(savePartition(second.state)).toEqual(savePartition(whole.state));
      }),
      { numRuns: 60 },
    );
  });

  test('an open anomaly outlives a change of its rule, and clears under the new one', () => {
    const open = play([...noisy(1, 200), ...noisy(2, 10, 300)]);
    const changed = compileDetection([DetectionRule.parse({ match: {}, clearAfter: 2 })], []);
    const state = restorePartition(changed, JSON.parse(JSON.stringify(savePartition(open.state))));
    const { drafts } = play(noisy(3, 5), { settings: changed, state, fromMs: startMs + 210 * 10_000 });
    expect(theOnly(drafts, 'anomaly.cleared').anomalyId).toBe(theOnly(open.drafts, 'anomaly.detected').anomalyId);
  });

  test('a saved state of another version is refused', () => {
    expect(() => restorePartition(defaults, { version: 99 })).toThrow('version');
  });

  test('a series takes less than 24 kilobytes of snapshot, however long it lives', () => {
    const weeks = play(noisy(1, 3_000), { stepMs: 15 * 60_000 });
    expect(JSON.stringify(savePartition(weeks.state)).length).toBeLessThan(24_576);
  });
});

test('what was saved does not change while the detection goes on', () => {
  const state = emptyPartition();
  const values = repeat(60, (index) => 100 + (index % 7));
  play(values, { state });
  const saved = savePartition(state);
  const before = JSON.stringify(saved);
  play([300, 300, 300, 300], { state, fromMs: startMs + 600_000 });
  expect(JSON.stringify(saved)).toBe(before);
  expect(JSON.stringify(savePartition(state))).not.toBe(before);
});
