import {
  CortexConfiguration,
  decisionStepNames,
  gateNames,
  type Approval,
  type Attempt,
  type CheckDefinition,
  type CheckOutcome,
  type Decision,
  type DecisionOutcome,
  type EscalationRecord,
  type EventData,
  type Incident,
  type IncidentRecord,
} from '@cortex/contracts';

const minuteMs = 60_000;

/** A moment some minutes before now. */
export function ago(minutes: number): string {
  return new Date(Date.now() - minutes * minuteMs).toISOString();
}

/** A fixed UUID for a small number, so that tests can name incidents. */
export function idOf(number: number): string {
  return `0190${String(number).padStart(4, '0')}-0000-7000-8000-000000000000`;
}

export function sampleConfiguration(): CortexConfiguration {
  const instances = (service: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `${service}-${index + 1}`, host: 'localhost' }));
  return CortexConfiguration.parse({
    environment: 'production',
    services: [
      { name: 'shop', kind: 'api_services', critical: true, instances: instances('shop', 2), dependsOn: ['db'] },
      { name: 'db', kind: 'databases', critical: true, instances: instances('db', 1) },
      { name: 'mail', instances: instances('mail', 1), remediate: false },
    ],
    checks: [
      { ...sampleCheck('shop-http', 'shop'), type: 'http_endpoint', params: { path: '/health' } },
      sampleCheck('shop-port', 'shop'),
      { ...sampleCheck('shop-orders', 'shop'), type: 'database_connectivity', tier: 'deep', intervalMs: 30_000 },
      sampleCheck('db-port', 'db'),
    ],
    harm: {},
    health: { recoverAfter: 2, flapping: { returns: 10, withinMs: 10 * minuteMs } },
    detection: [],
    seriesLimits: {},
    machineLearning: {},
    playbooks: [
      {
        id: 'restart_shop',
        name: 'Restart the shop',
        version: '1.2.0',
        category: 'application',
        severity: 'high',
        trigger: { condition: 'health_state == "UNHEALTHY"' },
        steps: [
          { step: 1, name: 'Restart', action: 'restart_service', params: {}, timeoutMs: 30_000 },
          {
            step: 2,
            name: 'Clean up',
            action: 'cleanup_temp_files',
            params: { paths: ['/tmp/shop'] },
            timeoutMs: 30_000,
          },
        ],
        verification: {},
        rollback: { available: false, reason: 'a restart cannot be undone' },
        escalation: {},
        safety: {},
      },
    ],
    safety: {
      stormRatio: 0.4,
      stormMinServices: 3,
      stormCooldownMs: 5 * minuteMs,
      stormOnePageFrom: 10,
      startRate: { perService: 5, perCluster: 8, total: 10 },
      freezeWindows: [],
      maintenanceWindows: [],
      approvalTtlMs: 15 * minuteMs,
      planTtlMs: 10 * minuteMs,
      maxClockSkewMs: 5_000,
      holdRetryMs: 30_000,
      tellWaitingMs: { SEV0: 0, SEV1: 5 * minuteMs, SEV2: 15 * minuteMs, SEV3: 30 * minuteMs },
      dependencyWaitMs: 10 * minuteMs,
      maxAttempts: 3,
      signalMaxAgeMs: 15 * minuteMs,
      monitoringMs: 5 * minuteMs,
      settlingMs: minuteMs,
      closedRestsMs: 60 * minuteMs,
      breaker: { window: 10, failureRatio: 0.5, consecutiveFailures: 3, cooldownMs: 60 * minuteMs },
      protectedTargets: [],
      outbound: { privateAddresses: 'allow', allowedRanges: [] },
      dryRun: false,
    },
    contacts: [{ name: 'log', channels: [{ type: 'log' }] }],
    escalationPolicies: [],
    collector: {
      labels: { service: ['service'], instance: ['instance'] },
      remoteWrite: { histogramBuckets: false, gauges: [] },
      prometheus: [],
      signals: {
        windowMs: 10_000,
        silentAfterMs: 60 * minuteMs,
        warmUpMs: 10 * minuteMs,
        warmUpRecords: 1_000,
        templates: 500,
        templateSeries: 50,
        operations: 50,
      },
      otlp: { host: '127.0.0.1', port: 0 },
      partitions: 1,
    },
    console: { host: '127.0.0.1', port: 0 },
    pluginFolders: [],
  });
}

/** A check of the first instance. */
function sampleCheck(name: string, service: string): CheckDefinition {
  return {
    name,
    type: 'tcp_port',
    tier: 'shallow',
    target: { service, instance: `${service}-1` },
    intervalMs: 5_000,
    timeoutMs: 100,
    retries: 3,
    params: {},
  };
}

/** A result of {@link sampleConfiguration}'s `shop-http`, some seconds ago. */
export function sampleOutcome(secondsAgo: number, changes: Partial<CheckOutcome> = {}): CheckOutcome {
  return {
    check: 'shop-http',
    type: 'http_endpoint',
    tier: 'shallow',
    target: { service: 'shop', instance: 'shop-1' },
    result: 'pass',
    attempts: 1,
    durationMs: 12,
    detail: '200 in 12 ms',
    evidence: {},
    observedAt: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
    ...changes,
  };
}

const stepVerdicts = [
  ['health', 'The signal is a health state', { signals: 1, failing_checks: ['shop-http', 'shop-process'] }],
  ['SEV1', 'A critical service lost half of its instances', { critical: true, users: 1_000, unhealthy_share: 0.5 }],
  ['single_instance', 'One of two instances is affected', { instances: 1, services: 1, risk_score: 12 }],
  ['application', 'The process is gone while its host is well', { process_running: false, host: 'healthy' }],
  ['restart_shop', 'Exact match: its trigger is true', { candidates: 1, success_rate: 0.94, score: 0.88 }],
  ['pass', 'All gates passed', { gates: 7 }],
  ['succeeded', 'Both steps ran', { execution: 'restart_shop' }],
  ['SUCCESS', 'All checks passed for two minutes', { findings: 3 }],
  ['recorded', 'The outcome was counted', { success_rate: 0.95 }],
] as const;

function sampleDecision(number: number, at: string, outcome: DecisionOutcome, doneSteps = 6): Decision {
  return {
    id: `decision-${number}`,
    at,
    causeId: idOf(9_000 + number),
    causeType: 'health.changed',
    attempt: 1,
    outcome,
    reason:
      outcome === 'resolve'
        ? 'Verification confirmed the recovery.'
        : 'restart_shop fits, and every gate lets it pass.',
    playbookId: 'restart_shop',
    steps: decisionStepNames.map((name, index) => {
      const [verdict, reason, inputs] = stepVerdicts[index] ?? ['', '', {}];
      const isDone = index < doneSteps;
      return {
        step: index + 1,
        name,
        status: isDone ? 'done' : 'pending',
        inputs: isDone ? JSON.parse(JSON.stringify(inputs)) : {},
        verdict: isDone ? verdict : 'pending',
        reason: isDone ? reason : 'The loop has not come this far.',
      };
    }),
    gates: gateNames.map((gate) => ({
      gate,
      verdict: 'pass',
      reason: `${gate.replaceAll('_', ' ')} allows it`,
      inputs: {},
    })),
  };
}

export function sampleIncident(number: number, changes: Partial<Incident> = {}): Incident {
  const startedAt = changes.startedAt ?? ago(5);
  return {
    id: idOf(number),
    service: 'shop',
    title: 'shop-1 is unhealthy: its process is gone and HTTP refuses connections',
    status: 'open',
    severity: 'SEV2',
    initialSeverity: 'SEV2',
    cause: 'application',
    blastRadius: {
      level: 'single_instance',
      instances: 1,
      services: 1,
      hosts: 1,
      clusters: 0,
      regions: 0,
      riskScore: 12,
    },
    environment: 'production',
    startedAt,
    detectedAt: startedAt,
    openedAt: startedAt,
    updatedAt: startedAt,
    signals: [
      {
        key: 'health:shop-1',
        kind: 'health',
        class: 'health',
        target: { service: 'shop', instance: 'shop-1' },
        summary: 'shop-1 is UNHEALTHY: shop-http and shop-process fail',
        healthState: 'UNHEALTHY',
        active: true,
        startedAt,
        detectedAt: startedAt,
      },
    ],
    affected: { services: ['shop'], instances: ['shop-1'], hosts: ['localhost'] },
    attempts: [],
    decisions: [sampleDecision(number, startedAt, 'remediate')],
    escalations: [],
    ...changes,
  };
}

export function sampleAttempt(number: number, at: string, changes: Partial<Attempt> = {}): Attempt {
  const target = { service: 'shop', instance: 'shop-1' };
  return {
    attempt: 1,
    executionId: `${idOf(number)}-1`,
    playbookId: 'restart_shop',
    playbookVersion: '1.2.0',
    targets: [target],
    requestedAt: at,
    startedAt: at,
    completedAt: at,
    outcome: 'succeeded',
    reason: 'Both steps ran.',
    steps: [
      {
        step: 1,
        name: 'Restart',
        action: 'restart_service',
        target,
        outcome: 'succeeded',
        attempts: 1,
        startedAt: at,
        durationMs: 820,
        detail: 'pid 4711 is gone, pid 4820 runs.',
        inferred: false,
      },
    ],
    ...changes,
  };
}

/** Healed, verified and closed some minutes ago. */
export function resolvedIncident(number: number, minutesAgo: number, changes: Partial<Incident> = {}): Incident {
  const startedAt = ago(minutesAgo + 3);
  const at = ago(minutesAgo);
  return sampleIncident(number, {
    startedAt,
    status: 'resolved',
    updatedAt: at,
    attempts: [
      sampleAttempt(number, ago(minutesAgo + 2), {
        verification: 'SUCCESS',
        verificationReason: 'Every check passed for two minutes.',
        verifiedAt: at,
        recoveredAt: ago(minutesAgo + 2),
      }),
    ],
    decisions: [sampleDecision(number, startedAt, 'remediate'), sampleDecision(number + 5_000, at, 'resolve', 9)],
    resolution: {
      method: 'auto_remediation',
      at,
      recoveredAt: ago(minutesAgo + 2),
      timeToResolutionMs: 65_000,
      verificationPassed: true,
      reason: 'Verification confirmed the recovery.',
    },
    ...changes,
  });
}

export function sampleApproval(number: number, changes: Partial<Approval> = {}): Approval {
  return {
    approvalId: `approval-${number}`,
    executionId: `${idOf(number)}-1`,
    planHash: `plan-${number}`,
    playbookId: 'restart_shop',
    targets: [
      { service: 'shop', instance: 'shop-1' },
      { service: 'shop', instance: 'shop-2' },
    ],
    reason: 'The shop is critical, and two of its instances would be restarted.',
    requestedAt: ago(1),
    expiresAt: ago(-14),
    requiredApprovals: 1,
    grantedBy: [],
    status: 'pending',
    ...changes,
  };
}

export function recordOf(incident: Incident): IncidentRecord {
  return { incident, applied: [], memory: {} };
}

export function sampleVerification(number: number, at: string): EventData<'verification.completed'> {
  return {
    executionId: `${idOf(number)}-1`,
    incidentId: idOf(number),
    playbookId: 'restart_shop',
    targets: [{ service: 'shop', instance: 'shop-1' }],
    state: 'SUCCESS',
    reason: 'Every check passed for two minutes.',
    recommendation: 'close',
    findings: [
      { phase: 'immediate', name: 'shop-http', verdict: 'pass', detail: '200 in 12 ms', evidence: {}, at },
      { phase: 'health_checks', name: 'shop-process', verdict: 'pass', detail: 'pid 4820 runs', evidence: {}, at },
      {
        phase: 'short_term',
        name: 'error_rate',
        verdict: 'no_data',
        detail: 'no sample since the restart',
        evidence: {},
        at,
      },
    ],
    recoveredAt: at,
    completedAt: at,
    durationMs: 60_000,
  };
}

/** A page that reached anna. */
export function samplePage(at: string, changes: Partial<SampledPage> = {}): SampledPage {
  return {
    key: 'k',
    escalationId: 'e-1',
    kind: 'page',
    attempting: false,
    level: 1,
    contact: 'anna',
    channel: 'webhook',
    position: 0,
    condition: 'always',
    status: 'delivered',
    attempts: 2,
    at,
    detail: '200',
    reported: true,
    ...changes,
  };
}
type SampledPage = EscalationRecord['notifications'][number];
