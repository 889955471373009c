import { z } from 'zod';
import { parseConfiguration } from '../parse-configuration.ts';
import type { ConfigurationResult } from '../parse-configuration.ts';
import type { PluginCatalogue } from '../plugin-catalogue.ts';

const paths = z.array(z.string().min(1)).min(1);

/** A catalogue as the plugin registries offer it, small enough to read. */
export const catalogue: PluginCatalogue = {
  actions: new Map([
    [
      'restart_service',
      {
        params: z.strictObject({ graceful: z.boolean().default(true) }),
        onAmbiguous: 'probe',
        idempotent: false,
        probe: () => 'unknown',
      },
    ],
    [
      'run_command',
      { params: z.strictObject({ command: z.array(z.string()).min(1) }), onAmbiguous: undefined, idempotent: false },
    ],
    [
      'cleanup_temp_files',
      { params: z.strictObject({ paths, age_threshold: z.string() }), onAmbiguous: 'retry', riskLevel: 'low' },
    ],
    [
      'rotate_logs',
      { params: z.strictObject({ paths, compress: z.boolean(), keep_last: z.number().int() }), onAmbiguous: 'retry' },
    ],
    [
      'package_manager_clean',
      {
        params: z.strictObject({ package_managers: z.array(z.enum(['apt', 'yum', 'npm', 'docker'])).min(1) }),
        onAmbiguous: 'retry',
      },
    ],
    [
      'archive_to_s3',
      { params: z.strictObject({ source: z.string().min(1), age_threshold: z.string() }), onAmbiguous: 'retry' },
    ],
    [
      'update_firewall_rules',
      { params: z.strictObject({ action: z.enum(['allow', 'deny']), port: z.number() }), onAmbiguous: 'retry' },
    ],
  ]),
  checks: new Map([
    [
      'http_endpoint',
      {
        params: z.strictObject({
          method: z.string().default('GET'),
          url: z.url(),
          expected_status: z.number().optional(),
        }),
        tier: 'shallow',
      },
    ],
    ['postgres', { params: z.strictObject({ url: z.string().min(1) }), tier: 'deep' }],
    ['writable_filesystem', { params: z.strictObject({ path: z.string().min(1).optional() }), tier: 'shallow' }],
    ['no_active_backups', { params: z.strictObject({}), tier: 'shallow' }],
    ['sufficient_permissions', { params: z.strictObject({}), tier: 'shallow' }],
  ]),
  channels: new Map([
    ['webhook', { params: z.strictObject({ url: z.url(), secret: z.string().optional() }) }],
    ['log', { params: z.strictObject({}) }],
  ]),
};

export const folder = '/etc/cortex';

/** Parses files given as texts, keyed by path relative to the folder of the configuration. */
export function parseFiles(
  files: Readonly<Record<string, string>>,
  plugins: PluginCatalogue | 'none' = catalogue,
): ConfigurationResult {
  const all = new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
  return parseConfiguration({
    entry: `${folder}/cortex.yaml`,
    readFile: (path) => {
      const text = all.get(path);
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return text;
    },
    listFiles: (pattern) => {
      const [before = '', after = ''] = pattern.split('*');
      return [...all.keys()].filter((path) => path.startsWith(before) && path.endsWith(after));
    },
    ...(plugins === 'none' ? {} : { plugins }),
  });
}

/** Spec 3.1, letter by letter. */
export const diskSpaceCleanup = `playbook_id: "disk-space-cleanup-001"
name: "Disk Space Cleanup"
version: "2.1.0"
category: infrastructure
severity: high

trigger:
  condition: disk_usage_percent > 85
  duration: 5m  # Must be sustained for 5 minutes

pre_conditions:
  - check: writable_filesystem
  - check: no_active_backups
  - check: sufficient_permissions

remediation_steps:
  - step: 1
    name: "Clean temporary files"
    action: cleanup_temp_files
    paths:
      - /tmp/*
      - /var/tmp/*
    age_threshold: 7_days
    expected_recovery: 5-10%
    timeout: 5m

  - step: 2
    name: "Rotate and compress logs"
    action: rotate_logs
    paths:
      - /var/log/*.log
    compress: true
    keep_last: 5
    expected_recovery: 10-20%
    timeout: 10m

  - step: 3
    name: "Clean package cache"
    action: package_manager_clean
    package_managers: [apt, yum, npm, docker]
    expected_recovery: 5-15%
    timeout: 5m

  - step: 4
    name: "Archive old backups"
    action: archive_to_s3
    source: /var/backups/
    age_threshold: 30_days
    expected_recovery: 20-40%
    timeout: 30m

verification:
  check: disk_usage_percent < 75
  wait_time: 2m
  retry: 3

rollback:
  available: false
  reason: "Cleanup operations are not reversible"

escalation:
  on_failure: true
  notify:
    - infrastructure_team
    - on_call_engineer
  create_incident: true

safety:
  max_retries: 1
  require_approval: false
  blast_radius: single_host

metadata:
  last_updated: "2025-12-01"
  success_rate: 0.94
  avg_execution_time: 12m
  total_executions: 1247
`;
