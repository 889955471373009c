import { describe, expect, it } from 'vitest';
import { formatWarnings } from './problem.ts';
import { diskSpaceCleanup, parseFiles } from './testing/configuration-files.ts';

const base = `version: 1
services: [{ name: shop, instances: [{ id: shop-1 }, { id: shop-2 }] }]
checks: [{ name: shop-http, type: http_endpoint, service: shop, url: 'http://127.0.0.1/' }]
escalation: { contacts: [{ name: infrastructure_team, channels: [{ type: log }] }, { name: on_call_engineer, channels: [{ type: log }] }] }
collector: { host: {}, prometheus: [{ url: 'http://p', queries: [{ metric: queue_lag, query: q }] }] }
playbooks: [playbooks/*.yaml]
`;

/** What is warned about after a change of the playbook, or of the configuration. */
function warningsOf(find: string, replacement: string): readonly string[] {
  expect(base + diskSpaceCleanup).toContain(find);
  const result = parseFiles({
    'cortex.yaml': base.replace(find, () => replacement),
    'playbooks/disk.yaml': diskSpaceCleanup.replace(find, () => replacement),
  });
  expect(result.ok ? [] : result.problems).toEqual([]);
  return result.warnings.map(({ line, column, code, message, fix }) => `${line}:${column} ${code} ${message} | ${fix}`);
}

const trigger = 'condition: disk_usage_percent > 85';

describe('what is doubtful, but no mistake', () => {
  it('is nothing in a right configuration', () => {
    expect(warningsOf('version: 1', 'version: 1')).toEqual([]);
  });

  it('is a playbook that could prove nothing', () => {
    const none = 'verification: { wait_time: 0s }';
    const check = "{ name: shop-http, type: http_endpoint, service: shop, url: 'http://127.0.0.1/' }";
    const unproved = (checks: string, verification: string): readonly string[] => {
      const files = {
        'cortex.yaml': base.replace(check, () => checks),
        'playbooks/disk.yaml': diskSpaceCleanup.replace(/^verification:\n(?: .*\n)+/m, () => `${verification}\n`),
      };
      return parseFiles(files).warnings.map(({ code }) => code);
    };
    expect(unproved('', none)).toEqual(['CORTEX_CONFIG_PROVES_NOTHING']);
    expect(unproved(check, none)).toEqual([]);
    expect(unproved('', 'verification: { check: disk_usage_percent < 75 }')).toEqual([]);
  });

  it.each([
    [
      'disk_usage_percnt > 85',
      '8:14 CORTEX_CONFIG_UNKNOWN_METRIC nothing that is configured here sends a metric "disk_usage_percnt" | did you mean disk_usage_percent?',
    ],
    [
      'NOT (5GB > free)',
      '8:25 CORTEX_CONFIG_UNKNOWN_METRIC nothing that is configured here sends a metric "free" | see that it is sent',
    ],
    [
      'orders_total > 5',
      '8:14 CORTEX_CONFIG_UNKNOWN_METRIC nothing that is configured here sends a metric "orders_total" | a counter arrives as orders_total_per_second',
    ],
    [
      'system.cpu.load > 5',
      '8:14 CORTEX_CONFIG_UNKNOWN_METRIC nothing that is configured here sends a metric "system.cpu.load" | write system_cpu_load',
    ],
    [
      'anomaly_metric == "queue_lg"',
      '8:33 CORTEX_CONFIG_UNKNOWN_METRIC nothing that is configured here sends a metric "queue_lg" | did you mean queue_lag?',
    ],
  ])('warns about the metric in %s', (condition, warning) => {
    const [first, ...others] = warningsOf(trigger, `condition: ${condition}`);
    expect(first).toContain(warning);
    expect(others).toEqual([]);
  });

  it.each([
    ['queue_lag > 5 AND log_error_ratio > 0.2'],
    ['trace_duration_p99_seconds > 2 OR samples_per_minute < 1'],
    ['anomaly_kind == "alert" AND anomaly_metric == "ShopIsDown"'],
    [`'"shop-http" in failing_checks OR "shop-http:shop-1" in failing_checks'`],
  ])('finds nothing in %s', (condition) => {
    expect(warningsOf(trigger, `condition: ${condition}`)).toEqual([]);
  });

  it('tells when the metrics of the machine are not collected', () => {
    const [first] = warningsOf('host: {}, ', '');
    expect(first).toContain('collector.host is not configured | add collector: { host: {} }');
  });

  it('looks at verifications and detection rules, too', () => {
    expect(warningsOf('check: disk_usage_percent < 75', 'check: disk_usage_prcent < 75')[0]).toContain(
      '53:10 CORTEX_CONFIG_UNKNOWN_METRIC',
    );
    const rule = 'version: 1\ndetection: { rules: [{ match: { metric: queue_lg } }, { match: { metric: queue_* } }] }';
    expect(warningsOf('version: 1', rule)).toEqual([expect.stringContaining('did you mean queue_lag?')]);
  });

  it('warns about a playbook for no environment of this configuration', () => {
    const [first] = warningsOf('severity: high', 'severity: high\nenvironments: [prodution]');
    expect(first).toContain('6:16 CORTEX_CONFIG_NEVER_USED no service is in an environment of this playbook');
    expect(first).toContain('did you mean "production"?');
    expect(warningsOf('severity: high', 'severity: high\nenvironments: [staging, production]')).toEqual([]);
  });

  it('warns about a category that no cause leads to', () => {
    const [first] = warningsOf('category: infrastructure', 'category: paperwork');
    expect(first).toContain('4:11 CORTEX_CONFIG_NEVER_USED no cause leads to the category "paperwork"');
  });

  it('is shown with the word warning before the code', () => {
    const result = parseFiles({ 'cortex.yaml': 'version: 1\ndetection: { rules: [{ match: { metric: x } }] }' });
    expect(formatWarnings(result.warnings)).toMatch(
      /^\/etc\/cortex\/cortex.yaml:2:41 {2}warning {2}CORTEX_CONFIG_UNKNOWN_METRIC {2}.*\n {4}fix: /,
    );
  });
});
