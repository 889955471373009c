import type { CortexConfiguration } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { formatProblems } from './problem.ts';
import { diskSpaceCleanup, parseFiles } from './testing/configuration-files.ts';

function configurationOf(files: Readonly<Record<string, string>>): CortexConfiguration {
  const result = parseFiles(files);
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.configuration;
}

const shop = `version: 1
environment: staging
plugins: [./plugins]
playbooks: [./playbooks/*.yaml]
services:
  - name: db
    kind: database_cluster
    critical: true
    instances: [{ id: db-1, systemd: { unit: postgresql.service } }]
  - name: shop
    kind: api_services
    users: 1000
    depends_on: [db]
    min_healthy: 0
    max_unavailable: 1
    instances:
      - id: shop-1
        host: localhost
        region: eu
        process: { pid_file: run/shop.pid, start_command: [node, shop.mjs], env: { PORT: "8080" }, user: 33, group: www-data, log_file: ../log/shop.log }
      - id: shop-2
        host: shop2.internal
checks:
  - name: shop-http
    type: http_endpoint
    service: shop
    interval: 5s
    timeout: 100ms
    retries: 3
    method: GET
    url: http://\${instance.host}:8080/\${service}/\${instance.id}
    expected_status: 200
  - name: db-deep
    type: postgres
    instance: db-1
    url: postgres://x/$\${HOME}
detection:
  rules:
    - match: { metric: "process_*", service: shop }
      moving_average: { sigmas: 4 }
      rate_of_change: { within: 2m }
  harm:
    limits:
      - { match: { metric: cpu_usage_percent, service: shop }, above: 95%, for: 30m }
      - { match: { metric: "latency*" }, times_normal: 3, above: 0.5s, normal_at_least: 0.01 }
      - { match: { metric: heap }, below: 1.5GiB }
      - { match: { metric: queue_depth }, above: 5000 }
      - { match: { metric: orders }, share_of_normal: 0.2, for: 1h }
      - { match: { metric: go_threads }, harmless: true }
safety:
  freeze_windows:
    - { name: night, days: [tue, mon], from: "22:00", to: "06:00", timezone: Europe/Berlin }
  maintenance_windows: [{ name: sunday, days: [sun], from: "02:00", to: "04:00", pause_checks: [shop] }]
  protected_targets: [{ service: db }]
escalation:
  contacts:
    - name: infrastructure_team
      channels: [{ type: webhook, url: "https://example.org/page" }]
    - name: on_call_engineer
      channels:
        - { type: webhook, url: "https://example.org/page", secret: "env:PAGE_SECRET" }
        - { type: log }
  policies:
    - name: Critical Infrastructure
      applies_to: [database_cluster]
      escalation_chain:
        - { level: 1, delay: 0m, notify: on_call_engineer, method: webhook }
        - { level: 2, delay: 5m, condition: not_acknowledged, notify: [infrastructure_team, log] }
collector:
  prometheus:
    - { url: 'http://prometheus:9090', queries: [{ metric: lag, query: max(lag), service: db }] }
  host: { service: db, disks: [{ path: / }, { path: /data, service: shop, instance: shop-2 }] }
`;

describe('a whole configuration', () => {
  const configuration = configurationOf({ 'cortex.yaml': shop, 'playbooks/disk.yaml': diskSpaceCleanup });

  it('fills services and resolves paths against the folder of the file', () => {
    const [db, service] = configuration.services;
    expect(db).toMatchObject({ environment: 'staging', critical: true, dependsOn: [], remediate: true });
    expect(service).toMatchObject({ kind: 'api_services', dependsOn: ['db'], minHealthy: 0, maxUnavailable: 1 });
    expect(service?.instances[0]?.process).toEqual({
      user: '33',
      group: 'www-data',
      pidFile: '/etc/cortex/run/shop.pid',
      startCommand: ['node', 'shop.mjs'],
      cwd: '/etc/cortex',
      env: { PORT: '8080' },
      logFile: '/etc/log/shop.log',
    });
    expect(configuration.pluginFolders).toEqual(['/etc/cortex/plugins']);
  });

  it('makes one check of each instance, with its own values', () => {
    expect(configuration.checks.map(({ name, target }) => [name, target.instance])).toEqual([
      ['shop-http:shop-1', 'shop-1'],
      ['shop-http:shop-2', 'shop-2'],
      ['db-deep', 'db-1'],
    ]);
    expect(configuration.checks[0]).toMatchObject({
      tier: 'shallow',
      intervalMs: 5_000,
      timeoutMs: 100,
      retries: 3,
      params: { method: 'GET', url: 'http://localhost:8080/shop/shop-1', expected_status: 200 },
    });
    expect(configuration.checks[1]?.params['url']).toBe('http://shop2.internal:8080/shop/shop-2');
  });

  it('takes the timing of a check from the tier of its plugin, and leaves an escaped variable alone', () => {
    expect(configuration.checks[2]).toMatchObject({ tier: 'deep', intervalMs: 30_000, timeoutMs: 5_000, retries: 2 });
    expect(configuration.checks[2]?.params).toEqual({ url: 'postgres://x/${HOME}' });
  });

  it('has the detection rules of the user, with the defaults for what they leave out', () => {
    expect(configuration.detection).toHaveLength(1);
    expect(configuration.detection[0]).toMatchObject({
      match: { metric: 'process_*', service: 'shop' },
      movingAverage: { window: 100, sigmas: 4 },
      rateOfChange: { maxPercent: 30, withinMs: 120_000 },
      openAbove: 0.5,
    });
  });

  it('has what the user calls harm, in the units of their limits', () => {
    const rest = { isHarmless: false, forMs: 0 };
    expect(configuration.harm).toEqual({
      unnamed: 'inform',
      limits: [
        {
          ...rest,
          match: { metric: 'cpu_usage_percent', service: 'shop' },
          above: { value: 95, unit: 'percent' },
          forMs: 1_800_000,
        },
        {
          ...rest,
          match: { metric: 'latency*', service: '*' },
          timesNormal: 3,
          above: { value: 500, unit: 'milliseconds' },
          normalAtLeast: 0.01,
        },
        { ...rest, match: { metric: 'heap', service: '*' }, below: { value: 1.5 * 2 ** 30, unit: 'bytes' } },
        { ...rest, match: { metric: 'queue_depth', service: '*' }, above: { value: 5_000, unit: 'own' } },
        { ...rest, match: { metric: 'orders', service: '*' }, shareOfNormal: 0.2, forMs: 3_600_000 },
        { ...rest, match: { metric: 'go_threads', service: '*' }, isHarmless: true },
      ],
    });
  });

  it('has the safety defaults of the specification', () => {
    expect(configuration.safety).toEqual({
      stormRatio: 0.4,
      stormMinServices: 3,
      stormCooldownMs: 300_000,
      stormOnePageFrom: 10,
      startRate: { perService: 5, perCluster: 8, total: 10 },
      freezeWindows: [{ name: 'night', days: [1, 2], from: '22:00', to: '06:00', timezone: 'Europe/Berlin' }],
      maintenanceWindows: [
        { name: 'sunday', days: [7], from: '02:00', to: '04:00', timezone: 'UTC', pausesChecksOf: ['shop'] },
      ],
      approvalTtlMs: 900_000,
      planTtlMs: 600_000,
      maxClockSkewMs: 5_000,
      holdRetryMs: 30_000,
      tellWaitingMs: { SEV0: 0, SEV1: 300_000, SEV2: 900_000, SEV3: 1_800_000 },
      dependencyWaitMs: 600_000,
      maxAttempts: 3,
      signalMaxAgeMs: 900_000,
      monitoringMs: 300_000,
      settlingMs: 60_000,
      closedRestsMs: 3_600_000,
      breaker: { window: 10, failureRatio: 0.5, consecutiveFailures: 3, cooldownMs: 3_600_000 },
      protectedTargets: [{ service: 'db', instance: 'db-1' }],
      outbound: { privateAddresses: 'allow', allowedRanges: [] },
      dryRun: false,
    });
    expect(configuration.health).toEqual({ recoverAfter: 2, flapping: { returns: 10, withinMs: 300_000 } });
  });

  it('narrows a contact to the method of a level, and pages everybody where no policy applies', () => {
    const [own, fallback] = configuration.escalationPolicies;
    expect(own?.id).toBe('critical-infrastructure');
    expect(own?.chain).toEqual([
      { level: 1, delayMs: 0, condition: 'always', notify: ['on_call_engineer:webhook'] },
      { level: 2, delayMs: 300_000, condition: 'not_acknowledged', notify: ['infrastructure_team', 'log'] },
    ]);
    expect(fallback).toMatchObject({ id: 'default', appliesTo: [] });
    expect(fallback?.chain[0]?.notify).toEqual(['infrastructure_team', 'on_call_engineer', 'log']);
    const narrowed = configuration.contacts.find(({ name }) => name === 'on_call_engineer:webhook');
    expect(narrowed?.channels.map(({ type }) => type)).toEqual(['webhook']);
  });

  it('knows the only instance of the host service', () => {
    expect(configuration.collector).toEqual({
      host: {
        service: 'db',
        instance: 'db-1',
        intervalMs: 10_000,
        disks: [{ path: '/' }, { path: '/data', service: 'shop', instance: 'shop-2' }],
      },
      labels: { service: ['service', 'service_name', 'app', 'job'], instance: ['instance_id', 'instance', 'pod'] },
      remoteWrite: { histogramBuckets: false, gauges: [] },
      prometheus: [
        {
          url: 'http://prometheus:9090',
          intervalMs: 15_000,
          queries: [{ metric: 'lag', query: 'max(lag)', service: 'db' }],
        },
      ],
      signals: {
        windowMs: 10_000,
        silentAfterMs: 900_000,
        warmUpMs: 600_000,
        warmUpRecords: 1_000,
        templates: 500,
        templateSeries: 30,
        operations: 20,
      },
      otlp: { host: '127.0.0.1', port: 4318 },
      partitions: 4,
    });
    expect(configuration.console).toEqual({ host: '127.0.0.1', port: 7780 });
  });

  it('is frozen to its leaves', () => {
    expect(Object.isFrozen(configuration.checks[0]?.params)).toBe(true);
    expect(Object.isFrozen(configuration.services[1]?.instances[0]?.process?.env)).toBe(true);
  });
});

describe('names made of several names', () => {
  it('must not meet another name, nor grow too long', () => {
    const services = 'services: [{ name: s, instances: [{ id: a }, { id: b }] }]\n';
    const check = (name: string, target: string) =>
      `  - { name: "${name}", type: http_endpoint, ${target}, url: "http://x/" }\n`;
    const meeting = parseFiles({
      'cortex.yaml': `version: 1\n${services}checks:\n${check('x', 'service: s')}${check('x:b', 'instance: b')}`,
    });
    expect(meeting).toMatchObject({
      ok: false,
      problems: [{ code: 'CORTEX_CONFIG_DUPLICATE_NAME', line: 5, column: 13 }],
    });
    const long = parseFiles({
      'cortex.yaml': `version: 1\n${services}checks:\n${check('x'.repeat(128), 'service: s')}`,
    });
    expect(long).toMatchObject({ ok: false, problems: [{ code: 'CORTEX_CONFIG_INVALID_VALUE' }, {}] });
  });
});

describe('outgoing connections', () => {
  const forbidding = (range: string) =>
    parseFiles({
      'cortex.yaml': `version: 1
safety: { outbound: { private_addresses: forbid, allowed_ranges: ['${range}'] } }
`,
    });

  it.each(['10.0.0.0/8', 'fd00::/8'])('may be limited to the public ones and to %s', (range) => {
    const result = forbidding(range);
    expect(result.ok && result.configuration.safety.outbound).toEqual({
      privateAddresses: 'forbid',
      allowedRanges: [range],
    });
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'intern', ''])('refuse the range "%s"', (range) => {
    expect(forbidding(range).ok).toBe(false);
  });
});

describe('a check', () => {
  it('takes retry, as the specification writes it, and the port of the instance', () => {
    const { checks, services } = configurationOf({
      'cortex.yaml': `version: 1
services: [{ name: auth, instances: [{ id: auth-1, port: 8080 }] }]
checks: [{ name: api, type: http_endpoint, service: auth, url: "http://auth/", tier: deep, timeout: 3s, retry: 1 }]
`,
    });
    expect(checks[0]).toMatchObject({ retries: 1, timeoutMs: 3_000 });
    expect(services[0]?.instances[0]?.port).toBe(8_080);
  });
});

describe('without plugins', () => {
  it('judges everything but what plugins own', () => {
    const text =
      'version: 1\nservices: [{ name: s, instances: [{ id: a }] }]\nchecks: [{ name: x, type: mine, service: s, anything: 1 }]\n';
    expect(parseFiles({ 'cortex.yaml': text }, 'none')).toMatchObject({
      ok: true,
      configuration: { checks: [{ name: 'x', tier: 'shallow', params: { anything: 1 } }] },
    });
  });
});

describe('the playbook of spec 3.1', () => {
  const files = { 'cortex.yaml': shop, 'playbooks/disk.yaml': diskSpaceCleanup };

  it('loads as it is printed', () => {
    const [playbook] = configurationOf(files).playbooks;
    expect(playbook).toMatchObject({
      id: 'disk-space-cleanup-001',
      name: 'Disk Space Cleanup',
      version: '2.1.0',
      category: 'infrastructure',
      severity: 'high',
      trigger: { condition: 'disk_usage_percent > 85', durationMs: 300_000 },
      preconditions: [
        { check: 'writable_filesystem', params: {} },
        { check: 'no_active_backups', params: {} },
        { check: 'sufficient_permissions', params: {} },
      ],
      verification: { conditions: ['disk_usage_percent < 75'], waitMs: 120_000, retries: 3, healthChecksMs: 120_000 },
      rollback: { available: false, reason: 'Cleanup operations are not reversible', steps: [] },
      escalation: {
        onFailure: true,
        notify: ['infrastructure_team', 'on_call_engineer'],
        createIncident: true,
      },
      safety: { maxRetries: 1, requireApproval: false, blastRadius: 'single_instance', maintenanceWindowOnly: false },
      metadata: {
        lastUpdated: '2025-12-01',
        successRate: 0.94,
        avgExecutionTimeMs: 720_000,
        totalExecutions: 1247,
      },
    });
    expect(playbook?.steps).toHaveLength(4);
    expect(playbook?.steps[0]).toEqual({
      step: 1,
      name: 'Clean temporary files',
      action: 'cleanup_temp_files',
      params: { paths: ['/tmp/*', '/var/tmp/*'], age_threshold: '7_days' },
      timeoutMs: 300_000,
      retries: 0,
      continueOnFailure: false,
      riskLevel: 'low',
      expectedRecovery: { minPercent: 5, maxPercent: 10 },
    });
  });

  it('and its steps are called whatever fits on a line', () => {
    const [title, stepTitle] = ['Disk space: clean up, then rotate (weekly) & report', '"/tmp" first, caches second'];
    const text = diskSpaceCleanup
      .replace('"Disk Space Cleanup"', JSON.stringify(title))
      .replace('"Clean temporary files"', JSON.stringify(stepTitle));
    const [playbook] = configurationOf({ 'cortex.yaml': shop, 'playbooks/disk.yaml': text }).playbooks;
    expect([playbook?.name, playbook?.steps[0]?.name]).toEqual([title, stepTitle]);
    const twoLines = diskSpaceCleanup.replace('"Disk Space Cleanup"', '"Disk\\nSpace"');
    expect(parseFiles({ 'cortex.yaml': shop, 'playbooks/disk.yaml': twoLines })).toMatchObject({
      ok: false,
      problems: [{ fix: expect.stringContaining('is one line') }],
    });
  });

  it('may name several conditions, switch phases off and keep clashing parameters below params', () => {
    const text = `playbook_id: p
name: P
version: "1"
category: network
severity: low
trigger: { condition: 'health_state == "UNHEALTHY" AND "http_endpoint" in failing_check_types' }
remediation_steps:
  - { step: 1, name: open, action: update_firewall_rules, port: 80, params: { action: allow } }
verification:
  checks: [error_rate < 0.1%, p95_latency < 500ms]
  health_checks: { duration: 0s }
  short_term: { metrics: [error_rate], duration: 30s, interval: 5s }
rollback: { available: true }
`;
    const [playbook] = configurationOf({ 'cortex.yaml': shop, 'playbooks/p.yaml': text }).playbooks;
    expect(playbook?.steps[0]).toMatchObject({ params: { port: 80, action: 'allow' }, timeoutMs: 300_000 });
    expect(playbook?.verification).toMatchObject({
      conditions: ['error_rate < 0.1%', 'p95_latency < 500ms'],
      healthChecksMs: 0,
      shortTerm: { metrics: ['error_rate'], durationMs: 30_000, intervalMs: 5_000 },
    });
  });
});

describe('the smallest configuration', () => {
  it('is one line, and still pages the log', () => {
    const configuration = configurationOf({ 'cortex.yaml': 'version: 1\n' });
    expect(configuration.environment).toBe('production');
    expect(configuration.contacts).toEqual([{ name: 'log', channels: [{ type: 'log', params: {} }] }]);
    expect(configuration.escalationPolicies.map(({ chain }) => chain[0]?.notify)).toEqual([['log']]);
    expect(configuration.collector.host).toBeUndefined();
  });

  it('may watch its own machine without calling it a service', () => {
    const text =
      'version: 1\ncollector: { host: {} }\ndetection: { rules: [{ match: { service: host }, enabled: false }] }\n';
    const { collector, detection } = configurationOf({ 'cortex.yaml': text });
    expect(collector.host).toEqual({
      service: 'host',
      instance: 'localhost',
      intervalMs: 10_000,
      disks: [{ path: '/' }],
    });
    expect(detection[0]).toMatchObject({ match: { metric: '*', service: 'host' }, enabled: false });
  });

  it('may have empty sections', () => {
    expect(configurationOf({ 'cortex.yaml': 'version: 1\nsafety:\nescalation:\nhealth:\n' }).safety.maxAttempts).toBe(
      3,
    );
  });

  it('reads the policies of spec 5.3 as a mapping, too', () => {
    const text = `version: 1
services: [{ name: api, kind: api_services, instances: [{ id: api-1 }] }]
escalation:
  policies:
    policy_002:
      name: "Application Services"
      applies_to: [api_services]
      escalation_chain: [{ level: 1, delay: 0m, notify: log, method: log }]
`;
    expect(configurationOf({ 'cortex.yaml': text }).escalationPolicies.map(({ id }) => id)).toEqual([
      'policy_002',
      'default',
    ]);
  });
});
