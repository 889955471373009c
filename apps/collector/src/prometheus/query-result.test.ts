import { describe, expect, test } from 'vitest';
import { readQueryResult } from './query-result.ts';

const nowMs = 1_700_000_000_000;
const mapping = { service: ['service', 'job'], instance: ['instance'] };
const query = { metric: 'lag', query: 'max(lag)', unit: 's' };
const read = (data: unknown, service?: string) =>
  readQueryResult(
    { status: 'success', data },
    { ...query, ...(service === undefined ? {} : { service }) },
    mapping,
    nowMs,
  );
const vector = (...result: unknown[]) => ({ resultType: 'vector', result });
const at = nowMs / 1_000;

describe('a result', () => {
  test('with several series', () => {
    const { samples } = read(
      vector(
        { metric: { __name__: 'x', job: 'shop', instance: 'shop-1', zone: 'a' }, value: [at, '0.5'] },
        { metric: { service: 'db' }, value: [at + 0.1234, '-1e3'] },
      ),
    );
    expect(samples).toEqual([
      {
        service: 'shop',
        instance: 'shop-1',
        metric: 'lag',
        unit: 's',
        labels: { zone: 'a' },
        timeMs: nowMs,
        value: 0.5,
      },
      { service: 'db', metric: 'lag', unit: 's', labels: {}, timeMs: nowMs + 123, value: -1_000 },
    ]);
  });

  test('without a service belongs to that of the query, or to an unknown one', () => {
    const without = vector({ metric: {}, value: [at, '1'] });
    expect(read(without, 'shop').samples).toMatchObject([{ service: 'shop' }]);
    expect(read(without).samples).toMatchObject([{ service: 'unknown_service' }]);
    expect(read({ resultType: 'scalar', result: [at, '7'] }, 'shop').samples).toMatchObject([{ value: 7 }]);
    expect(read(vector()).samples).toEqual([]);
  });

  test('with values that are no samples: they are counted, the rest is accepted', () => {
    const { samples, rejections } = read(
      vector(
        { metric: { job: 'a' }, value: [at, 'NaN'] },
        { metric: { job: 'b' }, value: [at, '+Inf'] },
        { metric: { job: 'c' }, value: [at, ''] },
        { metric: { job: '<c>' }, value: [at, '1'] },
        { metric: { job: 'd' }, value: [at + 301, '1'] },
        { metric: { job: 'd' }, value: [-1, '1'] },
        { metric: { job: 'e' }, histogram: [at, {}] },
        { metric: { job: 'f', x: 'y'.repeat(1_025) }, value: [at, '1'] },
        { metric: { job: 'g' }, value: [at, '1'] },
      ),
    );
    expect(samples).toMatchObject([{ service: 'g', value: 1 }]);
    expect(Object.fromEntries(rejections.byReason)).toEqual({
      not_finite: 3,
      bad_name: 1,
      from_the_future: 1,
      bad_time: 1,
      unread_kind: 1,
      beyond_limits: 1,
    });
  });
});

describe('an answer that brings nothing', () => {
  test.each([
    ['an error', { status: 'error', errorType: 'bad_data', error: 'parse error at char 3' }, 'parse error at char 3'],
    ['a range', { status: 'success', data: { resultType: 'matrix', result: [] } }, 'the result is a matrix'],
    ['a text', { status: 'success', data: { resultType: 'string', result: [1, 'a'] } }, 'the result is a string'],
    ['something else', { hello: 'world' }, 'none of the query API'],
    ['nothing', null, 'none of the query API'],
  ])('%s', (_, answer, message) => {
    expect(() => readQueryResult(answer, query, mapping, nowMs)).toThrow(message);
  });
});
