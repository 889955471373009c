import { CheckDefinition, EscalationPolicy, Playbook, SafetyPolicy, Service, targetKey } from '@cortex/contracts';
import type { Contact, HealthSettings, Target } from '@cortex/contracts';

const second = 1_000;
const minute = 60 * second;

function service(name: string, instances: number, fields: Record<string, unknown> = {}): Service {
  const ids = Array.from({ length: instances }, (_, index) => ({
    id: `${name}-${index + 1}`,
    host: `host-${index + 1}`,
  }));
  return Service.parse({ name, instances: ids, ...fields });
}

/** A critical service that rests on another, and one of which two instances may be worked on at once. */
export const services: readonly Service[] = [
  service('shop', 3, { critical: true, dependsOn: ['depot'] }),
  service('depot', 2),
  service('cache', 4, { maxUnavailable: 2, minHealthy: 1 }),
];

export const targets: readonly Target[] = services.flatMap(({ name, instances }) =>
  instances.map(({ id }) => ({ service: name, instance: id })),
);

const tiers = { process_running: 'shallow', port_listening: 'shallow', http_endpoint: 'deep' } as const;
export type CheckName = keyof typeof tiers;

export const checks: readonly CheckDefinition[] = targets.flatMap((target) =>
  Object.entries(tiers).map(([name, tier]) =>
    CheckDefinition.parse({
      name,
      type: name,
      tier,
      target,
      intervalMs: 10 * second,
      timeoutMs: second,
      retries: 0,
      params: {},
    }),
  ),
);

export const checksOf = new Map(
  targets.map((target) => [targetKey(target), checks.filter((check) => targetKey(check.target) === targetKey(target))]),
);

export const healthSettings: HealthSettings = { recoverAfter: 2, flapping: { changes: 4, withinMs: 5 * minute } };

function step(number: number, action: string, fields: Record<string, unknown> = {}) {
  return { step: number, name: action, action, params: {}, timeoutMs: 30 * second, ...fields };
}

const verification = { healthChecksMs: 20 * second, immediateTimeoutMs: 10 * second, retries: 2 };
const common = { version: '1.0.0', severity: 'high', verification, escalation: { notify: ['ann'] } };

export const playbooks: readonly Playbook[] = [
  Playbook.parse({
    ...common,
    id: 'restart',
    name: 'Restart',
    category: 'application',
    trigger: { condition: '"process_running" in failing_check_types' },
    steps: [step(1, 'restart', { retries: 1 })],
    rollback: { available: false, reason: 'a restart cannot be undone' },
    safety: { maxRetries: 1, cooldownMs: 30 * second },
  }),
  Playbook.parse({
    ...common,
    id: 'reconfigure',
    name: 'Reconfigure',
    category: 'application',
    trigger: { condition: '"http_endpoint" in failing_check_types', durationMs: 20 * second },
    steps: [step(1, 'drain', { retries: 1 }), step(2, 'configure'), step(3, 'restart', { continueOnFailure: true })],
    rollback: { available: true },
    safety: { maxRetries: 0 },
  }),
  Playbook.parse({
    ...common,
    id: 'clean',
    name: 'Clean',
    category: 'infrastructure',
    trigger: { condition: 'disk_usage_percent > 85', durationMs: 30 * second },
    steps: [step(1, 'drain'), step(2, 'clean')],
    verification: { ...verification, conditions: ['disk_usage_percent < 80'] },
    rollback: { available: true },
    safety: { requireApproval: true, blastRadius: 'single_service', maxRetries: 1 },
  }),
];

export const safety: SafetyPolicy = SafetyPolicy.parse({
  stormRatio: 0.5,
  stormMinServices: 3,
  stormCooldownMs: 5 * minute,
  freezeWindows: [],
  maintenanceWindows: [],
  approvalTtlMs: 15 * minute,
  planTtlMs: 2 * minute,
  holdRetryMs: 3 * minute,
  maxAttempts: 3,
  signalMaxAgeMs: 15 * minute,
  monitoringMs: 5 * minute,
  breaker: { window: 10, failureRatio: 0.5, consecutiveFailures: 3, cooldownMs: 60 * minute },
  protectedTargets: [{ service: 'cache', instance: 'cache-4' }],
  outbound: { privateAddresses: 'allow', allowedRanges: [] },
  dryRun: false,
});

export const contacts: readonly Contact[] = ['ann', 'bob'].map((name) => ({
  name,
  channels: [{ type: 'pager', params: {} }],
}));

export const escalationPolicies: readonly EscalationPolicy[] = [
  EscalationPolicy.parse({
    id: 'all',
    name: 'Everything',
    appliesTo: [],
    severities: [],
    chain: [
      { level: 1, delayMs: 0, condition: 'always', notify: ['ann'] },
      { level: 2, delayMs: 15 * minute, condition: 'not_acknowledged', notify: ['bob'] },
      { level: 3, delayMs: 30 * minute, condition: 'not_resolved', notify: ['ann', 'bob'] },
    ],
  }),
];
