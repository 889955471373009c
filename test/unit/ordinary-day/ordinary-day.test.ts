import { describe, expect, test } from 'vitest';
import { dayMs, startMs, type Fault } from './machine.ts';
import { WatchedSite } from './watched-site.ts';

const hourMs = 3_600_000;

/** The first day is the one on which nothing is known yet, the second has hours that are known from the first. */
const endMs = startMs + 2 * dayMs;

describe('two days of an ordinary busy machine, with compilers, backups, deployments and cron jobs, and all checks green', () => {
  test.each([1, 2, 3])('page nobody (seed %i)', (seed) => {
    const site = new WatchedSite(seed);
    site.liveUntil(endMs);
    expect(site.pages).toEqual([]);
    expect([...site.seen.values()].filter(({ severity }) => severity !== 'SEV3')).toEqual([]);
    // Much was rare, and was told.
    expect(site.anomalies.length).toBeGreaterThan(15);
    expect(site.seen.size).toBeGreaterThan(8);
    const told = new Set(site.anomalies.map(({ service, metric }) => `${service} ${metric}`));
    for (const rare of ['attic go_threads', 'attic cpu_usage_percent', 'stray trace_error_ratio']) {
      expect(told).toContain(rare);
    }
    for (const { harm } of site.seen.values()) expect(harm).toMatch(/^rare, but nothing a user would notice: .+; .+$/);
  });

  test('page when the configuration says that what is rare shall', () => {
    const site = new WatchedSite(1, { unnamed: 'page' });
    site.liveUntil(startMs + dayMs);
    expect(site.pages.map(({ service }) => service)).toContain('stray');
  });
});

test('real harm on such a day is found, and is SEV2 or worse', () => {
  const fault = (service: string, metric: string, hour: number, minutes: number, value: Fault['value']): Fault => {
    const fromMs = startMs + dayMs + hour * hourMs;
    return { service, metric, fromMs, untilMs: fromMs + minutes * 60_000, value };
  };
  const faults = [
    fault('machine', 'cpu_usage_percent', 9, 100, (healthy) => 97 + healthy / 100),
    fault('shop', 'trace_error_ratio', 9, 40, (healthy) => 0.12 + healthy),
    fault('shop', 'trace_duration_p95_seconds', 11, 40, (healthy) => 5 * healthy),
    fault('shop', 'trace_requests_per_second', 14, 40, (healthy) => 0.45 * healthy),
    fault('machine', 'disk_usage_percent', 15, 60, (healthy) => healthy + 31),
  ];
  const site = new WatchedSite(1);
  site.liveUntil(endMs, faults);
  for (const { service, metric, fromMs, untilMs } of faults) {
    const [page] = site.pages.filter((one) => one.service === service && one.timeMs >= fromMs && one.timeMs < untilMs);
    expect(page?.harm).toMatch(new RegExp(`^${metric}: it is (above|below)`));
    expect(['SEV0', 'SEV1', 'SEV2']).toContain(page?.severity);
  }
  // Nobody was woken for anything else.
  for (const page of site.pages) {
    expect(faults.some(({ service, metric }) => service === page.service && page.harm?.startsWith(metric))).toBe(true);
  }
});
