import { compileCondition } from '@cortex/conditions';
import type { SeriesBatch } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { readCondition, readConditionBefore } from './conditions.ts';
import { worseByName, worseDirection } from './direction.ts';
import { addSamples } from './series.ts';
import type { SeriesStore } from './series.ts';
import { trendOf } from './trend.ts';

const target = { service: 'shop', instance: 'shop-1' };
const span = { startedAtMs: 1_000, effectAtMs: 2_000 };
const nowMs = 5_000;

function batch(metric: string, timeMs: number, value: number, more: Partial<SeriesBatch> = {}): SeriesBatch {
  return { ...target, metric, labels: {}, timesMs: [timeMs], values: [value], ...more };
}

function store(...batches: readonly SeriesBatch[]): SeriesStore {
  return addSamples(new Map(), batches, new Set(['disk', 'cpu', 'limit']), [target], span);
}

function read(condition: string, ...batches: readonly SeriesBatch[]): string {
  return readCondition(compileCondition(condition), target, store(...batches), nowMs).verdict;
}

describe('samples', () => {
  it('count only strictly after the effect; those during the remediation count for neither side', () => {
    expect(read('disk < 75', batch('disk', 2_000, 50))).toBe('no_data');
    expect(read('disk < 75', batch('disk', 2_001, 50))).toBe('true');
    const condition = compileCondition('disk < 75');
    expect(readConditionBefore(condition, target, store(batch('disk', 1_500, 50))).verdict).toBe('no_data');
    expect(readConditionBefore(condition, target, store(batch('disk', 1_000, 50))).verdict).toBe('true');
  });

  it('of other instances and metrics are ignored, those of the whole service count', () => {
    expect(read('disk < 75', batch('disk', 3_000, 50, { instance: 'shop-2' }))).toBe('no_data');
    expect(read('disk < 75', batch('other', 3_000, 50))).toBe('no_data');
    const { instance: _none, ...ofService } = batch('disk', 3_000, 50);
    expect(read('disk < 75', ofService)).toBe('true');
  });

  it('are ordered by time, whatever the order of arrival', () => {
    expect(read('disk < 75', batch('disk', 4_000, 50), batch('disk', 3_000, 90))).toBe('true');
    expect(read('disk < 75', batch('disk', 3_000, 50), batch('disk', 4_000, Number.NaN))).toBe('true');
  });

  it('of a series without new samples give no present value', () => {
    const condition = compileCondition('disk < 75');
    const known = store(batch('disk', 3_000, 50));
    expect(readCondition(condition, target, known, 60_000).verdict).toBe('true');
    expect(readCondition(condition, target, known, 3_600_000).verdict).toBe('no_data');
  });
});

describe('several series of one name', () => {
  const mount = (name: string) => ({ labels: { mount: name } });

  it('must all hold', () => {
    const good = batch('disk', 3_000, 50, mount('/'));
    expect(read('disk < 75', good, batch('disk', 3_000, 60, mount('/data')))).toBe('true');
    expect(read('disk < 75', good, batch('disk', 3_000, 80, mount('/data')))).toBe('false');
    expect(read('disk < 75', good, batch('disk', 900, 90, mount('/data')))).toBe('no_data');
  });

  it('are matched by their labels, and with a series without labels', () => {
    const disks = [batch('disk', 3_000, 50, mount('/')), batch('disk', 3_000, 90, mount('/data'))];
    const limits = [batch('limit', 3_000, 60, mount('/')), batch('limit', 3_000, 95, mount('/data'))];
    expect(read('disk < limit', ...disks, ...limits)).toBe('true');
    expect(read('disk < limit', ...disks, batch('limit', 3_000, 70))).toBe('false');
  });

  it('replace each other when a label, such as a process id, changes with the effect', () => {
    const pid = (value: string) => ({ labels: { pid: value } });
    expect(read('cpu < 75', batch('cpu', 900, 99, pid('1')), batch('cpu', 3_000, 10, pid('2')))).toBe('true');
  });
});

describe('the way a metric gets worse', () => {
  it('is derived from the condition, else from the name', () => {
    expect(worseDirection(compileCondition('disk < 75'))).toBe('up');
    expect(worseDirection(compileCondition('disk_free > 1GB'))).toBe('down');
    expect(worseDirection(compileCondition('disk == 75'))).toBeUndefined();
    expect(worseDirection(compileCondition('disk < 75 AND cpu < 80'))).toBeUndefined();
    expect(worseByName('error_rate')).toBe('up');
    expect(worseByName('memory_available_bytes')).toBe('down');
  });
});

describe('a trend', () => {
  const samples = (...values: readonly number[]) => values.map((value, index) => ({ timeMs: index * 1_000, value }));

  it('needs three samples', () => {
    expect(trendOf(samples(1, 9), 'up', undefined).verdict).toBe('no_data');
  });

  it('is not moved by a single spike', () => {
    expect(trendOf(samples(10, 10, 90, 10, 10, 10), 'up', undefined).verdict).toBe('steady');
  });

  it('worsens by a steady climb, and only in the direction that is worse', () => {
    expect(trendOf(samples(10, 12, 14, 16, 18), 'up', undefined).verdict).toBe('worsening');
    expect(trendOf(samples(10, 12, 14, 16, 18), 'down', undefined).verdict).toBe('steady');
    expect(trendOf(samples(100, 100.1, 100.2, 100.3), 'up', undefined).verdict).toBe('steady');
  });
});
