import { Incident, Playbook } from '@cortex/contracts';
import type { Attempt, EventData, Signal, StepResult } from '@cortex/contracts';
import type { Outcome } from '../outcome.ts';

const start = Date.parse('2026-03-01T00:00:00.000Z');
export const at = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();
const incidentId = '018f0000-0000-7000-8000-000000000001';
const target = { service: 'shop', instance: 'shop-1' };

export const playbook = Playbook.parse({
  id: 'restart',
  name: 'restart',
  version: '1.2.0',
  category: 'application',
  severity: 'high',
  trigger: { condition: 'x > 1' },
  steps: [{ step: 1, name: 'restart it', action: 'restart_service', params: {}, timeoutMs: 1_000 }],
  verification: {},
  rollback: { available: false },
  escalation: {},
  safety: {},
});

export function stepResult(changes: Partial<StepResult> = {}): StepResult {
  return {
    step: 1,
    name: 'restart it',
    action: 'restart_service',
    target,
    outcome: 'succeeded',
    attempts: 1,
    startedAt: at(0),
    durationMs: 1_000,
    detail: '',
    inferred: false,
    ...changes,
  };
}

export function completed(execution: number, changes: Partial<EventData<'remediation.completed'>> = {}): Outcome {
  const event: EventData<'remediation.completed'> = {
    executionId: `x${execution}`,
    incidentId,
    playbook,
    targets: [target],
    outcome: 'succeeded',
    reason: 'all steps ran',
    steps: [stepResult()],
    startedAt: at(execution * 100),
    completedAt: at(execution * 100 + 2),
    durationMs: 2_000,
    ...changes,
  };
  return { part: 'completed', at: event.completedAt, completed: event };
}

export function verified(execution: number, state: EventData<'verification.completed'>['state']): Outcome {
  const completedAt = at(execution * 100 + 60);
  return {
    part: 'verified',
    at: completedAt,
    verified: {
      executionId: `x${execution}`,
      incidentId,
      playbookId: playbook.id,
      targets: [target],
      state,
      reason: state === 'SUCCESS' ? 'healthy' : 'latency is still 812 ms',
      recommendation: 'close',
      findings: [],
      completedAt,
      durationMs: 58_000,
    },
  };
}

export function signal(changes: Partial<Signal> = {}): Signal {
  return {
    key: 's',
    kind: 'anomaly',
    class: 'metric',
    target,
    summary: 'latency is high',
    active: false,
    startedAt: at(0),
    detectedAt: at(30),
    ...changes,
  };
}

export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    attempt: 1,
    executionId: 'x1',
    playbookId: 'restart',
    playbookVersion: '1.2.0',
    targets: [target],
    requestedAt: at(40),
    startedAt: at(41),
    completedAt: at(43),
    outcome: 'succeeded',
    steps: [stepResult(), stepResult({ step: 2, name: 'wait', outcome: 'skipped' })],
    verification: 'SUCCESS',
    verifiedAt: at(120),
    recoveredAt: at(50),
    ...changes,
  };
}

export function incident(changes: Partial<Incident> = {}): Incident {
  return Incident.parse({
    id: incidentId,
    service: 'shop',
    title: 'shop: latency is high',
    status: 'resolved',
    severity: 'SEV1',
    initialSeverity: 'SEV2',
    cause: 'application',
    blastRadius: {
      level: 'single_instance',
      instances: 1,
      services: 1,
      hosts: 1,
      clusters: 0,
      regions: 0,
      riskScore: 10,
    },
    environment: 'production',
    startedAt: at(0),
    detectedAt: at(30),
    openedAt: at(31),
    updatedAt: at(120),
    signals: [signal({ clearedAt: at(50) })],
    affected: { services: ['shop'], instances: ['shop-1'], hosts: ['a'] },
    attempts: [attempt()],
    decisions: [],
    escalations: [],
    resolution: {
      method: 'auto_remediation',
      at: at(120),
      recoveredAt: at(50),
      timeToResolutionMs: 20_000,
      verificationPassed: true,
      reason: 'verified',
    },
    ...changes,
  });
}
