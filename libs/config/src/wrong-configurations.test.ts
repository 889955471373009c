import { configErrors } from '@cortex/errors';
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from './problem.ts';
import { formatProblems } from './problem.ts';
import { diskSpaceCleanup, folder, parseFiles } from './testing/configuration-files.ts';

/** Correct in every line; the cases below break one thing each. */
const base = `version: 1
services:
  - name: db
    kind: database_cluster
    instances: [{ id: db-1 }]
  - name: shop
    depends_on: [db]
    instances:
      - id: shop-1
      - id: shop-2
checks:
  - name: shop-http
    type: http_endpoint
    service: shop
    url: http://127.0.0.1:8080/health
    expected_status: 200
safety:
  freeze_windows:
    - { name: night, days: [mon], from: "22:00", to: "06:00", timezone: Europe/Berlin }
escalation:
  contacts:
    - name: infrastructure_team
      channels: [{ type: webhook, url: "https://example.org/page" }]
    - name: on_call_engineer
      channels: [{ type: log }]
  policies:
    - name: All
      escalation_chain:
        - { level: 1, delay: 0m, notify: infrastructure_team }
        - { level: 2, delay: 5m, notify: on_call_engineer }
playbooks: [playbooks/*.yaml]
`;

interface Case {
  readonly name: string;
  /** Text to find and what to write instead, in the configuration or in the playbook. */
  readonly change: readonly [string, string];
  readonly in?: 'playbook';
  readonly code: ProblemCode;
  /** `line:column` of the problem. */
  readonly at: string;
  readonly message?: string;
  readonly fix: string;
}

const cases: readonly Case[] = [
  {
    name: 'an unknown key in the root',
    change: ['checks:', 'cheks:'],
    code: 'CORTEX_CONFIG_UNKNOWN_KEY',
    at: '11:1',
    fix: 'did you mean "checks"?',
  },
  {
    name: 'an unknown key of a service',
    change: ['depends_on: [db]', 'dependson: [db]'],
    code: 'CORTEX_CONFIG_UNKNOWN_KEY',
    at: '7:5',
    fix: 'did you mean "depends_on"?',
  },
  {
    name: 'a mistyped key of a check, which looks like a parameter',
    change: ['    expected_status: 200', '    intervall: 5s'],
    code: 'CORTEX_CONFIG_UNKNOWN_KEY',
    at: '16:5',
    fix: 'did you mean "interval"?',
  },
  {
    name: 'an unknown key of escalation',
    change: ['  policies:', '  polices:'],
    code: 'CORTEX_CONFIG_UNKNOWN_KEY',
    at: '26:3',
    fix: 'did you mean "policies"?',
  },
  {
    name: 'no version',
    change: ['version: 1\n', ''],
    code: 'CORTEX_CONFIG_MISSING_KEY',
    at: '1:1',
    fix: 'add version: 1',
  },
  {
    name: 'a version of tomorrow',
    change: ['version: 1', 'version: 2'],
    code: 'CORTEX_CONFIG_UNSUPPORTED_VERSION',
    at: '1:10',
    fix: 'write version: 1',
  },
  {
    name: 'a missing key, at its parent',
    change: ['    - name: infrastructure_team\n      channels', '    - channels'],
    code: 'CORTEX_CONFIG_MISSING_KEY',
    at: '22:7',
    fix: 'add name: ...',
  },
  {
    name: 'a text for a list',
    change: ['depends_on: [db]', 'depends_on: db'],
    code: 'CORTEX_CONFIG_WRONG_TYPE',
    at: '7:17',
    message: 'depends_on is the text "db", but a list belongs here',
    fix: 'write a list',
  },
  {
    name: 'a mapping for a list',
    change: ['checks:\n  - name', 'checks:\n    name'],
    code: 'CORTEX_CONFIG_WRONG_TYPE',
    at: '12:5',
    fix: 'write a list',
  },
  {
    name: 'a list with nothing in it',
    change: ['instances: [{ id: db-1 }]', 'instances: []'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '5:16',
    fix: 'name at least one',
  },
  {
    name: 'a key without a value',
    change: ['    url: http://127.0.0.1:8080/health', '    interval:\n    url: http://127.0.0.1:8080/health'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '15:5',
    fix: 'give it a value, or delete the key',
  },
  {
    name: 'a duration without a unit',
    change: ['    expected_status: 200', '    timeout: 5'],
    code: 'CORTEX_CONFIG_BAD_DURATION',
    at: '16:14',
    message: 'timeout: 5 has no unit',
    fix: '30s',
  },
  {
    name: 'a check interval of zero',
    change: ['    expected_status: 200', '    interval: 0s'],
    code: 'CORTEX_CONFIG_BAD_DURATION',
    at: '16:15',
    fix: 'write a time such as 5s',
  },
  {
    name: 'a check that outlasts its interval',
    change: ['    expected_status: 200', '    timeout: 5s'],
    code: 'CORTEX_CONFIG_TIMEOUT_TOO_LONG',
    at: '16:14',
    message: 'may take 5s, but runs every 5s',
    fix: 'timeout shorter than interval',
  },
  {
    name: 'a value outside a list',
    change: ['    expected_status: 200', '    tier: shalow'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '16:11',
    fix: 'did you mean shallow?',
  },
  {
    name: 'a name with spaces around it',
    change: ['- id: shop-2', '- id: " shop-2"'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '10:13',
    fix: 'starts with a letter or digit',
  },
  {
    name: 'an unknown service in a check',
    change: ['    service: shop', '    service: shopp'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '14:14',
    fix: 'did you mean "shop"?',
  },
  {
    name: 'an unknown dependency',
    change: ['depends_on: [db]', 'depends_on: [cache]'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '7:18',
    fix: 'use one of db, shop',
  },
  {
    name: 'an unknown instance',
    change: ['    service: shop', '    instance: shop-3'],
    code: 'CORTEX_CONFIG_UNKNOWN_INSTANCE',
    at: '14:15',
    fix: 'did you mean "shop-1"?',
  },
  {
    name: 'a check without a target',
    change: ['    service: shop\n', ''],
    code: 'CORTEX_CONFIG_MISSING_KEY',
    at: '12:5',
    fix: 'add service: ...',
  },
  {
    name: 'two services of one name',
    change: ['- name: db', '- name: shop'],
    code: 'CORTEX_CONFIG_DUPLICATE_NAME',
    at: '6:11',
    message: 'the service "shop" exists already, in line 3',
    fix: 'its own name',
  },
  {
    name: 'two instances of one name',
    change: ['- id: shop-2', '- id: shop-1'],
    code: 'CORTEX_CONFIG_DUPLICATE_NAME',
    at: '10:13',
    fix: 'its own name',
  },
  {
    name: 'two contacts of one name',
    change: ['- name: on_call_engineer', '- name: infrastructure_team'],
    code: 'CORTEX_CONFIG_DUPLICATE_NAME',
    at: '24:13',
    fix: 'its own name',
  },
  {
    name: 'two checks of one name',
    change: ['safety:', '  - { name: shop-http, type: postgres, service: db, url: x }\nsafety:'],
    code: 'CORTEX_CONFIG_DUPLICATE_NAME',
    at: '17:13',
    fix: 'its own name',
  },
  {
    name: 'a circle of dependencies',
    change: ['kind: database_cluster', 'depends_on: [shop]'],
    code: 'CORTEX_CONFIG_DEPENDENCY_CYCLE',
    at: '4:18',
    message: 'db → shop → db',
    fix: 'remove one',
  },
  {
    name: 'a service that depends on itself',
    change: ['depends_on: [db]', 'depends_on: [db, shop]'],
    code: 'CORTEX_CONFIG_DEPENDENCY_CYCLE',
    at: '7:22',
    message: 'shop → shop',
    fix: 'remove one',
  },
  {
    name: 'more healthy instances than there are',
    change: ['depends_on: [db]', 'min_healthy: 3'],
    code: 'CORTEX_CONFIG_IMPOSSIBLE_LIMIT',
    at: '7:18',
    fix: 'at most 2',
  },
  {
    name: 'a user that is no name',
    change: ['- id: shop-2', '- { id: shop-2, process: { pid_file: a.pid, user: "www data" } }'],
    code: 'CORTEX_CONFIG_BAD_ACCOUNT',
    at: '10:57',
    fix: '/etc/passwd',
  },
  {
    name: 'a systemd unit that is none',
    change: ['- id: shop-2', '- { id: shop-2, systemd: { unit: nginx } }'],
    code: 'CORTEX_CONFIG_BAD_UNIT',
    at: '10:40',
    fix: 'nginx.service',
  },
  {
    name: 'an unknown check type',
    change: ['type: http_endpoint', 'type: http_endpont'],
    code: 'CORTEX_CONFIG_UNKNOWN_CHECK',
    at: '13:11',
    fix: 'did you mean "http_endpoint"?',
  },
  {
    name: 'a parameter that the check refuses',
    change: ['url: http://127.0.0.1:8080/health', 'url: 8080'],
    code: 'CORTEX_CONFIG_BAD_PARAMETER',
    at: '15:10',
    message: 'url is the number 8080, but a text belongs here',
    fix: 'put it in quotes: "8080" (parameters of http_endpoint: method, url, expected_status)',
  },
  {
    name: 'a parameter that the check needs',
    change: ['    url: http://127.0.0.1:8080/health\n', ''],
    code: 'CORTEX_CONFIG_MISSING_KEY',
    at: '12:5',
    message: 'http_endpoint needs the key "url"',
    fix: 'add url: ...',
  },
  {
    name: 'an unknown variable in a parameter',
    change: ['url: http://127.0.0.1:8080/health', 'url: http://${instance.hots}/'],
    code: 'CORTEX_CONFIG_UNKNOWN_VARIABLE',
    at: '15:17',
    message: 'unknown variable ${instance.hots}',
    fix: '${instance.host}',
  },
  {
    name: 'a variable that the instance has no value for',
    change: ['url: http://127.0.0.1:8080/health', 'url: http://${instance.region}/'],
    code: 'CORTEX_CONFIG_UNKNOWN_VARIABLE',
    at: '15:17',
    message: 'instance "shop-1" has no value for ${instance.region}',
    fix: 'give the instance that key',
  },
  {
    name: 'a day that does not exist',
    change: ['days: [mon]', 'days: [mon, mond]'],
    code: 'CORTEX_CONFIG_BAD_WINDOW',
    at: '19:34',
    fix: 'use mon, tue',
  },
  {
    name: 'a time that does not exist',
    change: ['"22:00"', '"24:00"'],
    code: 'CORTEX_CONFIG_BAD_WINDOW',
    at: '19:41',
    fix: '24-hour time',
  },
  {
    name: 'a window without length',
    change: ['"06:00"', '"22:00"'],
    code: 'CORTEX_CONFIG_BAD_WINDOW',
    at: '19:54',
    fix: 'make from and to differ',
  },
  {
    name: 'a time zone that does not exist',
    change: ['Europe/Berlin', 'Europe/Berln'],
    code: 'CORTEX_CONFIG_BAD_TIMEZONE',
    at: '19:73',
    fix: 'IANA',
  },
  {
    name: 'an unknown channel',
    change: ['type: webhook', 'type: webhok'],
    code: 'CORTEX_CONFIG_UNKNOWN_CHANNEL',
    at: '23:26',
    fix: 'did you mean "webhook"?',
  },
  {
    name: 'a channel parameter that is wrong',
    change: ['"https://example.org/page"', 'example'],
    code: 'CORTEX_CONFIG_BAD_PARAMETER',
    at: '23:40',
    fix: 'parameters of webhook: url, secret',
  },
  {
    name: 'an unknown contact in a policy',
    change: ['notify: on_call_engineer', 'notify: on_call_enginer'],
    code: 'CORTEX_CONFIG_UNKNOWN_CONTACT',
    at: '30:42',
    fix: 'did you mean "on_call_engineer"?',
  },
  {
    name: 'a method that the contact has no channel for',
    change: ['notify: on_call_engineer', 'notify: on_call_engineer, method: phone_call'],
    code: 'CORTEX_CONFIG_UNKNOWN_CHANNEL',
    at: '30:68',
    message: 'no channel of type "phone_call"',
    fix: 'one that it has: log',
  },
  {
    name: 'a policy for a service or kind that does not exist',
    change: ['- name: All', '- name: All\n      applies_to: [database_clusters]'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '28:20',
    fix: 'did you mean "database_cluster"?',
  },
  {
    name: 'a policy for an empty list, which does not mean all',
    change: ['- name: All', '- name: All\n      applies_to: []'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '28:19',
    message: 'applies_to is empty',
    fix: 'name at least one, or delete the key',
  },
  {
    name: 'levels out of order',
    change: ['level: 2', 'level: 3'],
    code: 'CORTEX_CONFIG_STEP_NUMBERS',
    at: '30:20',
    fix: 'number it 2',
  },
  {
    name: 'a level before the one below it',
    change: ['level: 1, delay: 0m', 'level: 1, delay: 10m'],
    code: 'CORTEX_CONFIG_ESCALATION_ORDER',
    at: '30:30',
    fix: 'delays count from the trigger',
  },
  {
    name: 'a pattern that matches nothing',
    change: ['playbooks/*.yaml', 'playbook/*.yaml'],
    code: 'CORTEX_CONFIG_NO_MATCH',
    at: '31:13',
    fix: '/etc/cortex/playbook/*.yaml',
  },
  {
    name: 'a playbook file that is not there',
    change: ['playbooks/*.yaml', 'playbooks/cpu.yaml'],
    code: 'CORTEX_CONFIG_FILE_MISSING',
    at: '31:13',
    fix: 'create /etc/cortex/playbooks/cpu.yaml',
  },
  {
    name: 'an anchor that does not exist',
    change: ['depends_on: [db]', 'depends_on: *dbs'],
    code: 'CORTEX_CONFIG_YAML_SYNTAX',
    at: '7:17',
    message: 'the alias *dbs has no anchor before it',
    fix: 'define it above with &name',
  },
  {
    name: 'brackets that do not close',
    change: ['depends_on: [db]', 'depends_on: [db'],
    code: 'CORTEX_CONFIG_YAML_SYNTAX',
    at: '8:5',
    message: 'a [ that was opened before this line is not closed',
    fix: 'close it with ]',
  },
  {
    name: 'a key that stands twice',
    change: ['depends_on: [db]', 'depends_on: [db]\n    depends_on: [db]'],
    code: 'CORTEX_CONFIG_DUPLICATE_KEY',
    at: '8:5',
    fix: 'keep one of the two',
  },
  {
    name: 'a protected target that does not exist',
    change: ['safety:', 'safety:\n  protected_targets: [{ service: bd }]'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '18:34',
    fix: 'did you mean "db"?',
  },
  {
    name: 'a maintenance window for a service that does not exist',
    change: [
      'safety:',
      'safety:\n  maintenance_windows: [{ name: night, from: "22:00", to: "23:00", pause_checks: [bd] }]',
    ],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '18:83',
    fix: 'did you mean "db"?',
  },
  {
    name: 'a host with several instances to choose from',
    change: ['safety:', 'collector: { host: { service: shop } }\nsafety:'],
    code: 'CORTEX_CONFIG_MISSING_KEY',
    at: '17:14',
    fix: 'one of shop-1, shop-2',
  },
  {
    name: 'a Prometheus server with its password in the URL',
    change: [
      'safety:',
      'collector: { prometheus: [{ url: "http://me:pass@p", queries: [{ metric: a, query: a }] }] }\nsafety:',
    ],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '17:34',
    fix: 'write the URL without them',
  },
  {
    name: 'a query about a service that does not exist',
    change: [
      'safety:',
      'collector: { prometheus: [{ url: "http://p", queries: [{ metric: a, query: a, service: bd }] }] }\nsafety:',
    ],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '17:88',
    fix: 'did you mean "db"?',
  },
  {
    name: 'a query whose result no condition could name',
    change: [
      'safety:',
      'collector: { prometheus: [{ url: "http://p", queries: [{ metric: a.b, query: a }] }] }\nsafety:',
    ],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '17:66',
    fix: 'as conditions name metrics',
  },
  {
    name: 'a storm ratio written as a percentage',
    change: ['safety:', 'safety:\n  storm: { ratio: 40 }'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '18:19',
    fix: 'expected number to be <=1',
  },
  {
    name: 'a detection rule for a service that does not exist',
    change: ['safety:', 'detection: { rules: [{ match: { service: shoop } }] }\nsafety:'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '17:42',
    fix: 'did you mean "shop"?',
  },
  {
    name: 'a limit of harm for a service that does not exist',
    change: ['safety:', 'detection: { harm: { limits: [{ match: { service: shoop }, above: 5 }] } }\nsafety:'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '17:51',
    fix: 'did you mean "shop"?',
  },
  {
    name: 'a limit of harm in a unit that there is none of',
    change: ['safety:', 'detection: { harm: { limits: [{ above: 5 parsecs }] } }\nsafety:'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '17:40',
    message: '"5 parsecs" is not a value to compare with',
    fix: 'write a percentage (80%), a time (250ms)',
  },
  {
    name: 'a limit of harm without a limit',
    change: ['safety:', 'detection: { harm: { limits: [{ for: 5m }] } }\nsafety:'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '17:31',
    fix: 'write above, below, times_normal or share_of_normal, or harmless: true alone',
  },
  {
    name: 'a limit of harm of what is harmless',
    change: ['safety:', 'detection: { harm: { limits: [{ harmless: true, below: 5 }] } }\nsafety:'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '17:31',
    message: 'what is harmless has no limit',
    fix: 'or harmless: true alone',
  },
  {
    name: 'a condition that does not compile, at the wrong character',
    in: 'playbook',
    change: ['condition: disk_usage_percent > 85', 'condition: disk_usage_percent > 85parsecs'],
    code: 'CORTEX_CONFIG_BAD_CONDITION',
    at: '8:37',
    message: 'unknown unit "parsecs"',
    fix: '30_days',
  },
  {
    name: 'a quoted condition that does not compile',
    in: 'playbook',
    change: ['check: disk_usage_percent < 75', 'check: "disk_usage_percent = 75"'],
    code: 'CORTEX_CONFIG_BAD_CONDITION',
    at: '53:30',
    fix: 'write ==',
  },
  {
    name: 'a trigger on nothing',
    in: 'playbook',
    change: ['condition: disk_usage_percent > 85', 'condition: 90 > 85'],
    code: 'CORTEX_CONFIG_BAD_TRIGGER',
    at: '8:14',
    fix: 'compare a metric',
  },
  {
    name: 'a trigger that mixes metrics and signals',
    in: 'playbook',
    change: [
      'condition: disk_usage_percent > 85',
      'condition: disk_usage_percent > 85 AND health_state == "UNHEALTHY"',
    ],
    code: 'CORTEX_CONFIG_BAD_TRIGGER',
    at: '8:14',
    message: 'mixes signal variables (health_state) with metrics (disk_usage_percent)',
    fix: 'one kind only',
  },
  {
    name: 'a check in a trigger that does not exist',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `health_state == "UNHEALTHY" AND "shop-htp" in failing_checks`],
    code: 'CORTEX_CONFIG_UNKNOWN_CHECK',
    at: '8:47',
    message: 'unknown check "shop-htp"',
    fix: 'did you mean "shop-http"?',
  },
  {
    name: 'a kind of check in a trigger that does not exist',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `NOT ("http_endpont" in failing_check_types)`],
    code: 'CORTEX_CONFIG_UNKNOWN_CHECK',
    at: '8:20',
    message: 'unknown check type "http_endpont"',
    fix: 'did you mean "http_endpoint"?',
  },
  {
    name: 'a health state that does not exist',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `health_state in ["CRITICAL", "UNHEALTY"]`],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '8:44',
    message: 'unknown health_state "UNHEALTY"',
    fix: 'did you mean "UNHEALTHY"?',
  },
  {
    name: 'a severity that does not exist',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `anomaly_severity == "urgent"`],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '8:35',
    message: 'unknown anomaly_severity "urgent"',
    fix: 'use one of info, low, medium, high, critical',
  },
  {
    name: 'an order of texts, which would be that of the alphabet',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `anomaly_severity >= "high"`],
    code: 'CORTEX_CONFIG_BAD_CONDITION',
    at: '8:14',
    message: 'anomaly_severity has no order',
    fix: 'anomaly_severity in ["high", "critical"]',
  },
  {
    name: 'a list that is compared like a text',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `failing_checks == "shop-http"`],
    code: 'CORTEX_CONFIG_BAD_CONDITION',
    at: '8:14',
    message: 'failing_checks is a list of texts, and is used as a text',
    fix: 'write "..." in failing_checks',
  },
  {
    name: 'a mistyped signal variable, which is taken for a metric',
    in: 'playbook',
    change: ['disk_usage_percent > 85', `health_stat == "UNHEALTHY"`],
    code: 'CORTEX_CONFIG_BAD_CONDITION',
    at: '8:14',
    message: '"health_stat" is taken for a metric, and a metric is a number',
    fix: 'did you mean health_state?',
  },
  {
    name: 'a signal variable in a verification, where there is no signal',
    in: 'playbook',
    change: ['check: disk_usage_percent < 75', `check: health_state == "HEALTHY"`],
    code: 'CORTEX_CONFIG_BAD_CONDITION',
    at: '53:10',
    message: '"health_state" is known in triggers only',
    fix: 'ask about a metric',
  },
  {
    name: 'a mistyped category',
    in: 'playbook',
    change: ['category: infrastructure', 'category: infrastucture'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '4:11',
    message: 'unknown category "infrastucture"',
    fix: 'did you mean infrastructure?',
  },
  {
    name: 'an unknown action',
    in: 'playbook',
    change: ['action: rotate_logs', 'action: rotate_log'],
    code: 'CORTEX_CONFIG_UNKNOWN_ACTION',
    at: '29:13',
    fix: 'did you mean "rotate_logs"?',
  },
  {
    name: 'a parameter that the action refuses',
    in: 'playbook',
    change: ['keep_last: 5', 'keep_last: many'],
    code: 'CORTEX_CONFIG_BAD_PARAMETER',
    at: '33:16',
    fix: 'without quotes and without a unit (parameters of rotate_logs',
  },
  {
    name: 'a mistyped key of a step',
    in: 'playbook',
    change: ['timeout: 10m', 'timout: 10m'],
    code: 'CORTEX_CONFIG_UNKNOWN_KEY',
    at: '35:5',
    fix: 'did you mean "timeout"?',
  },
  {
    name: 'a playbook for an empty list of services, which does not mean all',
    in: 'playbook',
    change: ['severity: high', 'severity: high\nservices: []'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '6:11',
    fix: 'name at least one, or delete the key',
  },
  {
    name: 'a playbook for an empty list of environments',
    in: 'playbook',
    change: ['severity: high', 'severity: high\nenvironments: []'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '6:15',
    fix: 'name at least one, or delete the key',
  },
  {
    name: 'an empty path',
    in: 'playbook',
    change: ['source: /var/backups/', 'source: ""'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '47:13',
    fix: 'what the step may touch',
  },
  {
    name: 'an empty list of paths',
    in: 'playbook',
    change: ['    paths:\n      - /var/log/*.log', '    paths: []'],
    code: 'CORTEX_CONFIG_EMPTY',
    at: '30:12',
    fix: 'what the step may touch',
  },
  {
    name: 'a step that must say what a crash means',
    in: 'playbook',
    change: [
      'action: archive_to_s3\n    source: /var/backups/\n    age_threshold: 30_days',
      'action: run_command\n    command: [sync]',
    ],
    code: 'CORTEX_CONFIG_ON_AMBIGUOUS_MISSING',
    at: '44:5',
    fix: 'add on_ambiguous: retry',
  },
  {
    name: 'a probe that the action does not have',
    in: 'playbook',
    change: [
      'action: archive_to_s3\n    source: /var/backups/\n    age_threshold: 30_days',
      'action: run_command\n    command: [sync]\n    on_ambiguous: probe',
    ],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '48:19',
    message: 'run_command has no probe',
    fix: 'retry or escalate',
  },
  {
    name: 'a repeat that the action does not allow',
    in: 'playbook',
    change: [
      'action: archive_to_s3\n    source: /var/backups/\n    age_threshold: 30_days',
      'action: restart_service\n    on_ambiguous: retry',
    ],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '47:19',
    message: 'restart_service must not be repeated',
    fix: 'escalate, or leave it out',
  },
  {
    name: 'steps that are not numbered in order',
    in: 'playbook',
    change: ['step: 3', 'step: 5'],
    code: 'CORTEX_CONFIG_STEP_NUMBERS',
    at: '37:11',
    fix: 'number it 3',
  },
  {
    name: 'a percent range that runs backwards',
    in: 'playbook',
    change: ['10-20%', '20-10%'],
    code: 'CORTEX_CONFIG_BAD_PERCENT',
    at: '34:24',
    fix: '5-10%',
  },
  {
    name: 'a blast radius that does not exist',
    in: 'playbook',
    change: ['blast_radius: single_host', 'blast_radius: single_hosts'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '71:17',
    fix: 'did you mean single_host?',
  },
  {
    name: 'an unknown contact of a playbook',
    in: 'playbook',
    change: ['- on_call_engineer', '- on_call_enginer'],
    code: 'CORTEX_CONFIG_UNKNOWN_CONTACT',
    at: '65:7',
    fix: 'did you mean "on_call_engineer"?',
  },
  {
    name: 'an unknown check before the steps',
    in: 'playbook',
    change: ['- check: no_active_backups', '- check: no_activ_backups'],
    code: 'CORTEX_CONFIG_UNKNOWN_CHECK',
    at: '13:12',
    fix: 'did you mean "no_active_backups"?',
  },
  {
    name: 'a day that is none',
    in: 'playbook',
    change: ['last_updated: "2025-12-01"', 'last_updated: "last winter"'],
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    at: '74:17',
    fix: '"2025-12-01"',
  },
  {
    name: 'a playbook for a service that does not exist',
    in: 'playbook',
    change: ['severity: high', 'severity: high\nservices: [shp]'],
    code: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
    at: '6:12',
    fix: 'did you mean "shop"?',
  },
  {
    name: 'a version that YAML takes for a number',
    in: 'playbook',
    change: ['version: "2.1.0"', 'version: 2.1'],
    code: 'CORTEX_CONFIG_WRONG_TYPE',
    at: '3:10',
    fix: 'put it in quotes: "2.1"',
  },
  {
    name: 'a trigger without a condition',
    in: 'playbook',
    change: ['  condition: disk_usage_percent > 85\n', ''],
    code: 'CORTEX_CONFIG_MISSING_KEY',
    at: '7:1',
    fix: 'add condition: ...',
  },
];

function problemsOf(configuration: string, playbook: string) {
  const result = parseFiles({ 'cortex.yaml': configuration, 'playbooks/disk.yaml': playbook });
  return result.ok ? [] : result.problems;
}

describe('a wrong configuration', () => {
  it('starts from a right one', () => {
    expect(problemsOf(base, diskSpaceCleanup)).toEqual([]);
  });

  it.each(cases)('reports $name', ({ change: [find, replacement], in: where, code, at, message, fix }) => {
    const text = where === 'playbook' ? diskSpaceCleanup : base;
    expect(text).toContain(find);
    const changed = text.replace(find, () => replacement);
    const problems = where === 'playbook' ? problemsOf(base, changed) : problemsOf(changed, diskSpaceCleanup);
    const problem = problems.find(
      (candidate) => candidate.code === code && `${candidate.line}:${candidate.column}` === at,
    );
    expect(problem === undefined ? formatProblems(problems) : '').toBe('');
    expect(problem?.file).toBe(where === 'playbook' ? `${folder}/playbooks/disk.yaml` : `${folder}/cortex.yaml`);
    expect(problem?.message).toContain(message ?? '');
    expect(problem?.fix).toContain(fix);
  });

  it('is covered code by code', () => {
    // Of a valid configuration: warnings.test.ts, missing-secrets of the command line, and page-links.test.ts.
    const elsewhere = [
      'CORTEX_CONFIG_UNKNOWN_METRIC',
      'CORTEX_CONFIG_NEVER_USED',
      'CORTEX_CONFIG_PROVES_NOTHING',
      'CORTEX_CONFIG_SECRET_UNREADABLE',
      'CORTEX_CONFIG_PAGE_LINK',
    ];
    expect(new Set([...cases.map(({ code }) => code as string), ...elsewhere])).toEqual(
      new Set(Object.keys(configErrors)),
    );
  });
});
