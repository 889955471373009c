import { eventually, startHttpReceiver, startPrometheus } from '@cortex/testing';
import { afterEach, expect, test } from 'vitest';
import type { QueryResult } from '../prometheus/query-result.ts';
import { every } from '../schedule.ts';
import { startScrapeTarget } from '../test/scrape-target.ts';
import { PrometheusServer } from './prometheus-server.ts';

const mapping = { service: ['service', 'job'], instance: ['instance'] };
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A server that is queried, with its answers. */
function ask(url: string, queries: readonly string[], intervalMs = 200) {
  const results: [query: string, result: QueryResult][] = [];
  const failures: [query: string, message: string][] = [];
  const server = new PrometheusServer({
    server: { url, intervalMs, queries: queries.map((query) => ({ metric: 'answer', query })) },
    mapping,
    onResult: ({ query }, result) => results.push([query, result]),
    onFailure: ({ query }, error) => failures.push([query, String(error)]),
    nowMs: () => Date.now(),
  });
  return { server, results, failures };
}

test('a real Prometheus answers; a query that it does not understand does not stop the others', async () => {
  const target = await startScrapeTarget();
  stops.push(() => target.stop());
  target.show('queue_depth{queue="mail"} 42\nqueue_depth{queue="news"} 8\n');
  const prometheus = await startPrometheus(
    JSON.stringify({
      global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
      scrape_configs: [
        { job_name: 'shop', static_configs: [{ targets: [target.address], labels: { instance: 'shop-1' } }] },
      ],
    }),
  );
  stops.push(() => prometheus.stop());
  const queries = ['sum by (job) (queue_depth', 'sum by (job) (queue_depth)', 'queue_depth * 2', '1 / 4'];
  const { server, results, failures } = ask(`${prometheus.url}/`, queries, 5_000);
  await eventually(
    async () => {
      results.length = 0;
      await server.poll();
      expect(results.map(([, { samples }]) => samples.length)).toEqual([1, 2, 1]);
    },
    { timeoutMs: 20_000, intervalMs: 200 },
  );
  const [sum, each, number] = results.map(([, { samples }]) => samples);
  expect(sum).toMatchObject([{ service: 'shop', metric: 'answer', labels: {}, value: 50 }]);
  expect(each).toMatchObject([
    { service: 'shop', instance: 'shop-1', labels: { queue: 'mail' }, value: 84 },
    { service: 'shop', instance: 'shop-1', labels: { queue: 'news' }, value: 16 },
  ]);
  expect(number).toMatchObject([{ service: 'unknown_service', value: 0.25 }]);
  expect(Math.abs((sum?.[0]?.timeMs ?? 0) - Date.now())).toBeLessThan(10_000);
  expect(failures[0]).toEqual([queries[0], expect.stringContaining('parse error')]);
});

test('a server that does not answer is given up in time, and never asked twice at once', async () => {
  const receiver = await startHttpReceiver();
  stops.push(() => receiver.stop());
  receiver.answer = () => {};
  const { server, failures } = ask(receiver.url, ['a', 'b'], 100);
  let polls = 0;
  let most = 0;
  const poll = async (): Promise<void> => {
    polls += 1;
    most = Math.max(most, polls);
    await server.poll();
    polls -= 1;
  };
  stops.push(every(20, poll, () => {}));
  await eventually(() => expect(receiver.requests.length).toBeGreaterThan(3));
  expect(most).toBe(1);
  expect(failures[0]).toEqual(['a', expect.stringContaining('TimeoutError')]);
  expect(failures[1]?.[0]).toBe('b');
});

test('closing ends the poll that is under way, and that is no failure', async () => {
  const receiver = await startHttpReceiver();
  stops.push(() => receiver.stop());
  receiver.answer = () => {};
  const { server, failures } = ask(receiver.url, ['a'], 60_000);
  const poll = server.poll();
  await eventually(() => expect(receiver.requests).toHaveLength(1));
  server.close();
  await poll;
  expect(failures).toEqual([]);
});

test('an answer that is not Prometheus’, is too large or does not come is a failure', async () => {
  const receiver = await startHttpReceiver();
  stops.push(() => receiver.stop());
  const answers = ['hello', '{}', 'x'.repeat(5_000_000)];
  receiver.answer = (response) => response.writeHead(502).end(answers[receiver.requests.length - 1]);
  const { server, failures } = ask(receiver.url, ['a', 'b', 'c'], 5_000);
  await server.poll();
  expect(failures.map(([, message]) => message)).toEqual([
    expect.stringContaining('the status 502 and is no JSON'),
    expect.stringContaining('none of the query API'),
    expect.stringContaining('larger than'),
  ]);
  const nowhere = ask('http://127.0.0.1:1', ['a']);
  await nowhere.server.poll();
  expect(nowhere.failures).toHaveLength(1);
});
