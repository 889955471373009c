import { readFileSync } from 'node:fs';
import { builtinChecks } from '@cortex/checks';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** Specification 2.1 to 2.3, word by word; YAML only wants quotes around what begins with `>`. */
const specification = `
shallow_checks:
  http_endpoint:
    method: GET
    path: /health
    expected_status: 200
    timeout: 100ms
  tcp_port:
    host: localhost
    port: 8080
    timeout: 50ms
  process_running:
    process_name: nginx
    check_method: pid_file
  basic_metrics:
    cpu_usage: <90%
    memory_available: '>100MB'
    disk_space: '>1GB'
deep_checks:
  database_connectivity:
    type: postgres
    action: SELECT 1
    timeout: 2s
    connection_pool: health_check
  cache_functionality:
    type: redis
    actions:
      - SET health_check_key test_value
      - GET health_check_key
      - DEL health_check_key
    timeout: 1s
  api_dependency:
    service: authentication_service
    endpoint: /api/v1/health/deep
    timeout: 3s
    retry: 1
  filesystem_io:
    write_test_file: /tmp/health_check_write
    read_test_file: /tmp/health_check_read
    expected_iops: '>100'
  message_queue:
    type: rabbitmq
    actions:
      - publish_test_message
      - consume_test_message
      - verify_ack
    timeout: 2s
comprehensive_checks:
  end_to_end_workflow:
    description: "Simulate user signup flow"
    steps:
      - create_test_user
      - verify_email_sent
      - activate_account
      - login
      - cleanup_test_user
    timeout: 15s
  data_consistency:
    check_type: cross_service_validation
    services: [users, orders, inventory]
    validation: referential_integrity
    sample_size: 100
  performance_benchmark:
    endpoint: /api/v1/search
    concurrent_requests: 50
    expected_p95_latency: <500ms
    expected_error_rate: <0.1%
  backup_integrity:
    verify_latest_backup: true
    test_restore: sample_data
    validate_checksum: true
  security_posture:
    check_certificates: expiry > 30_days
    check_secrets_rotation: age < 90_days
    check_vulnerability_scan: age < 7_days
`;

type Groups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
interface Example {
  readonly services: readonly ({ readonly name: string } & Groups)[];
}

const groups = parse(specification) as Groups;
const text = readFileSync('deploy/config/cortex.yaml', 'utf8');
const { services } = parse(text) as Example;
const shop = services.find(({ name }) => name === 'shop');
const examples = Object.entries(groups).flatMap(([group, checks]) =>
  Object.entries(checks).map(([name, words]) => ({ group, name, words })),
);

describe('the fourteen checks of the specification', () => {
  it.each(examples)('$name is a check of $group', ({ group, name }) => {
    expect(`${builtinChecks.get(name)?.tier}_checks`).toBe(group);
  });

  it.each(examples)('$name stands in deploy/config, word by word', ({ group, name, words }) => {
    expect(shop?.[group]?.[name]).toMatchObject(words as object);
  });

  it('are fourteen, and no other stands there', () => {
    expect(examples).toHaveLength(14);
    const standing = Object.keys(groups).flatMap((group) => Object.keys(shop?.[group] ?? {}));
    expect(standing).toEqual(examples.map(({ name }) => name));
  });
});

describe('deploy/config/README.md', () => {
  it('lists every variable that the configuration refers to, and no other', () => {
    const page = readFileSync('deploy/config/README.md', 'utf8');
    const listed = [...page.matchAll(/`([A-Z_]+)`(?=.*\|$)/gm)].map(([, name]) => name);
    const used = [...text.matchAll(/(?:env:|\b)([A-Z]+(?:_[A-Z]+)+)/g)].map(([, name]) => name);
    expect(new Set(listed.filter((name) => name !== 'CREATEDB'))).toEqual(new Set(used));
  });
});
