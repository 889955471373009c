import {
  type EventData,
  type EventDraft,
  type HealthRecord,
  type HealthState,
  type Incident,
  type IncidentRecord,
  IncidentRecord as IncidentRecordSchema,
  Playbook,
  SafetyPolicy,
  Service,
  Silence,
  breakerKey,
  findEventDefinition,
  targetKey,
} from '@cortex/contracts';
import { recordOutcome } from '@cortex/suppression';
import type { Facts } from '../model/facts.ts';
import type { Input } from '../model/input.ts';
import type { TimerCommand, Transition } from '../model/transition.ts';
import { step } from '../step.ts';
import { addMs } from '../time.ts';

const minute = 60_000;

export function makePlaybook(fields: Record<string, unknown> = {}) {
  return Playbook.parse({
    id: 'restart',
    name: 'Restart',
    version: '1.0.0',
    category: 'application',
    severity: 'high',
    trigger: { condition: '"process_running" in failing_check_types' },
    steps: [{ step: 1, name: 'restart', action: 'restart_service', params: {}, timeoutMs: 30_000 }],
    verification: {},
    rollback: { available: false, reason: 'a restart cannot be undone' },
    escalation: { notify: ['sre'] },
    safety: {},
    ...fields,
  });
}

export function makeService(name: string, instances = 1, fields: Record<string, unknown> = {}) {
  return Service.parse({
    name,
    instances: Array.from({ length: instances }, (_, index) => ({
      id: `${name}-${index + 1}`,
      host: `host-${index + 1}`,
    })),
    ...fields,
  });
}

export function makeSafety(fields: Record<string, unknown> = {}) {
  return SafetyPolicy.parse({
    stormRatio: 0.5,
    stormMinServices: 3,
    stormCooldownMs: 5 * minute,
    freezeWindows: [],
    maintenanceWindows: [],
    approvalTtlMs: 15 * minute,
    planTtlMs: 2 * minute,
    holdRetryMs: 30_000,
    tellWaitingMs: { SEV0: 0, SEV1: 5 * minute, SEV2: 15 * minute, SEV3: 30 * minute },
    dependencyWaitMs: 10 * minute,
    maxAttempts: 3,
    signalMaxAgeMs: 15 * minute,
    monitoringMs: 5 * minute,
    settlingMs: minute,
    closedRestsMs: 60 * minute,
    breaker: { window: 10, failureRatio: 0.5, consecutiveFailures: 3, cooldownMs: 60 * minute },
    protectedTargets: [],
    outbound: { privateAddresses: 'allow', allowedRanges: [] },
    dryRun: false,
    ...fields,
  });
}

/** An hour of silence for the shop. */
export function makeSilence(startsAt: string, fields: Partial<Silence> = {}): Silence {
  const hour = { startsAt, endsAt: addMs(startsAt, 60 * minute), createdAt: startsAt };
  return Silence.parse({ id: '0123456789ab', service: 'shop', ...hour, by: 'ada', reason: 'moving house', ...fields });
}

export interface World {
  readonly services?: readonly ReturnType<typeof makeService>[];
  readonly playbooks?: readonly ReturnType<typeof makePlaybook>[];
  readonly safety?: ReturnType<typeof makeSafety>;
}

/** One incident's worth of world, moved by hand: given, when, then. Checks every draft against its schema. */
export class Scenario {
  now = '2026-03-02T10:00:00.000Z';
  record: IncidentRecord | undefined;
  facts: Facts;
  /** Every draft so far, and those of the last input. */
  readonly drafts: EventDraft[] = [];
  last: Transition | undefined;
  readonly timers = new Map<string, Extract<TimerCommand, { kind: 'schedule' }>>();
  private inputs = 0;

  constructor(world: World = {}) {
    const services = world.services ?? [makeService('shop')];
    this.facts = {
      newIncidentId: '00000000-0000-7000-8000-000000000001',
      environment: 'production',
      services: new Map(services.map((service) => [service.name, service])),
      checkedTargets: new Map(
        services.flatMap((service) =>
          service.instances.map((one) => [targetKey({ service: service.name, instance: one.id }), 1] as const),
        ),
      ),
      playbooks: world.playbooks ?? [makePlaybook()],
      safety: world.safety ?? makeSafety(),
      performance: new Map(),
      breakers: new Map(),
      killSwitch: { on: false, by: 'setup', reason: 'provisioned', at: this.now },
      silences: [],
      hasUnreadableSilence: false,
      health: new Map(),
      heldLeases: new Set(),
      reservations: new Map(),
      openIncidents: [],
      starts: [],
      history: [],
      lastStormAt: undefined,
      clearedAnomalies: new Set(),
    };
    for (const service of services)
      for (const one of service.instances) this.setHealth(service.name, one.id, 'HEALTHY');
  }

  get incident(): Incident {
    if (this.record === undefined) throw new Error('no incident is open');
    return this.record.incident;
  }

  get types(): string[] {
    return (this.last?.drafts ?? []).map((one) => one.type);
  }

  wait(ms: number): this {
    this.now = addMs(this.now, ms);
    return this;
  }

  know(facts: Partial<Facts>): this {
    this.facts = { ...this.facts, ...facts };
    return this;
  }

  setHealth(service: string, instance: string, state: HealthState, fields: Partial<HealthRecord> = {}): this {
    const target = { service, instance };
    const record: HealthRecord = { target, state, since: this.now, flapping: false, memory: {}, ...fields };
    return this.know({ health: new Map([...this.facts.health, [targetKey(target), record]]) });
  }

  /** All that has checks was looked at by now. */
  seeAll(): this {
    const seen = [...this.facts.health].map(([key, record]) => [key, { ...record, seenAt: this.now }] as const);
    return this.know({ health: new Map(seen) });
  }

  /** The checker finds the instance in this state, looks at what it depends on, and says so. */
  health(
    instance: string,
    to: HealthState,
    checkTypes: readonly string[] = ['process_running'],
    service = 'shop',
  ): this {
    this.setHealth(service, instance, to).seeAll();
    return this.apply({
      id: this.nextId(),
      type: 'health.changed',
      data: this.healthChange(instance, to, checkTypes, service),
    });
  }

  healthChange(
    instance: string,
    to: HealthState,
    checkTypes: readonly string[],
    service = 'shop',
  ): EventData<'health.changed'> {
    const target = { service, instance };
    return {
      target,
      from: 'HEALTHY',
      to,
      since: this.now,
      failing:
        to === 'HEALTHY'
          ? []
          : checkTypes.map((type) => ({
              check: type,
              type,
              tier: 'shallow' as const,
              target,
              result: 'fail' as const,
              attempts: 3,
              durationMs: 1,
              detail: 'it fails',
              observedAt: this.now,
            })),
      flapping: false,
      dependenciesDown: [],
      reason: `${instance} is ${to}`,
    };
  }

  anomaly(
    fields: Partial<EventData<'anomaly.detected'>> = {},
    type: 'anomaly.detected' | 'anomaly.updated' = 'anomaly.detected',
  ): this {
    const data: EventData<'anomaly.detected'> = {
      anomalyId: 'anomaly-1',
      kind: 'metric',
      service: 'shop',
      instance: 'shop-1',
      metric: 'disk_usage_percent',
      labels: {},
      value: 91,
      score: 0.8,
      severity: 'high',
      harm: { kind: 'limit', reason: 'it is above 80 % for 10m' },
      components: {},
      algorithms: [],
      direction: 'up',
      triggers: [],
      startedAt: this.now,
      observedAt: this.now,
      explanation: 'the disk is filling',
      ...fields,
    };
    return this.apply({ id: this.nextId(), type, data });
  }

  cleared(anomalyId = 'anomaly-1'): this {
    const data = {
      anomalyId,
      service: 'shop',
      metric: 'disk_usage_percent',
      labels: {},
      startedAt: this.now,
      clearedAt: this.now,
      reason: 'back to normal',
    };
    return this.apply({ id: this.nextId(), type: 'anomaly.cleared', data });
  }

  completed(
    outcome: EventData<'remediation.completed'>['outcome'],
    fields: Partial<EventData<'remediation.completed'>> = {},
  ): this {
    const attempt = this.incident.attempts.at(-1);
    const playbook = this.facts.playbooks.find((one) => one.id === attempt?.playbookId);
    if (attempt === undefined || playbook === undefined) throw new Error('nothing was requested');
    const ran = outcome === 'refused' ? [] : attempt.targets;
    const data: EventData<'remediation.completed'> = {
      executionId: attempt.executionId,
      incidentId: this.incident.id,
      playbook,
      targets: attempt.targets,
      outcome,
      reason: outcome,
      steps: ran.map((target) => ({
        step: 1,
        name: 'restart',
        action: 'restart_service',
        target,
        outcome: outcome === 'failed' || outcome === 'ambiguous' ? outcome : ('succeeded' as const),
        attempts: 1,
        startedAt: this.now,
        durationMs: 10,
        detail: '',
        inferred: false,
      })),
      startedAt: this.now,
      completedAt: this.now,
      durationMs: 10,
      ...fields,
    };
    return this.apply({ id: this.nextId(), type: 'remediation.completed', data });
  }

  verified(
    state: EventData<'verification.completed'>['state'],
    fields: Partial<EventData<'verification.completed'>> = {},
  ): this {
    const attempt = this.incident.attempts.at(-1);
    if (attempt === undefined) throw new Error('nothing was requested');
    const data: EventData<'verification.completed'> = {
      executionId: attempt.executionId,
      incidentId: this.incident.id,
      playbookId: attempt.playbookId,
      targets: attempt.targets,
      state,
      reason: `it is ${state}`,
      recommendation: 'close',
      findings: [],
      ...(state === 'SUCCESS' ? { recoveredAt: this.now } : {}),
      completedAt: this.now,
      durationMs: 1,
      ...fields,
    };
    return this.apply({ id: this.nextId(), type: 'verification.completed', data });
  }

  rolledBack(outcome: EventData<'remediation.rolledback'>['outcome']): this {
    const attempt = this.incident.attempts.at(-1);
    if (attempt === undefined) throw new Error('nothing was requested');
    const { executionId, playbookId, targets } = attempt;
    const data = {
      executionId,
      incidentId: this.incident.id,
      playbookId,
      targets,
      outcome,
      reason: outcome,
      steps: [],
      completedAt: this.now,
    };
    return this.apply({ id: this.nextId(), type: 'remediation.rolledback', data });
  }

  answer(type: 'approval.granted' | 'approval.denied', by: string, fields: { planHash?: string } = {}): this {
    const approval = this.incident.approval;
    if (approval === undefined) throw new Error('nothing was asked');
    const data = {
      approvalId: approval.approvalId,
      incidentId: this.incident.id,
      planHash: approval.planHash,
      by,
      comment: '',
      ...fields,
    };
    return this.apply({ id: this.nextId(), type, data });
  }

  acknowledge(by = 'ada'): this {
    return this.apply({
      id: this.nextId(),
      type: 'escalation.acknowledged',
      data: { incidentId: this.incident.id, by, comment: '', at: this.now },
    });
  }

  close(by = 'ada'): this {
    return this.apply({
      id: this.nextId(),
      type: 'incident.close.requested',
      data: { incidentId: this.incident.id, by, comment: 'fixed' },
    });
  }

  killSwitch(on: boolean): this {
    const state = { on, by: 'ada', reason: 'drill', at: this.now };
    this.know({ killSwitch: state });
    return this.apply({ id: this.nextId(), type: 'control.changed', data: { ...state, control: 'kill_switch' } });
  }

  reload(): this {
    const data = { control: 'configuration' as const, digest: 'a'.repeat(64), by: 'ada', at: this.now };
    return this.apply({ id: this.nextId(), type: 'control.changed', data });
  }

  /** From now on for an hour, unless the fields say otherwise. */
  silence(fields: Partial<Silence> = {}): this {
    const silence = makeSilence(this.now, fields);
    this.know({ silences: [...this.facts.silences, silence] });
    return this.tellOfSilence('created', silence);
  }

  lift(id = '0123456789ab'): this {
    const lifted = { by: 'ada', at: this.now };
    this.know({ silences: this.facts.silences.map((one) => (one.id === id ? { ...one, lifted } : one)) });
    const silence = this.facts.silences.find((one) => one.id === id);
    if (silence === undefined) throw new Error(`no silence ${id}`);
    return this.tellOfSilence('lifted', silence);
  }

  private tellOfSilence(action: 'created' | 'lifted', silence: Silence): this {
    return this.apply({ id: this.nextId(), type: 'control.changed', data: { control: 'silence', action, silence } });
  }

  /** The timer of this name comes due; the clock moves there. */
  due(name: string): this {
    const timer = this.timers.get(`${this.incident.id}-${name}`);
    if (timer === undefined) throw new Error(`no timer ${name}: ${[...this.timers.keys()].join(', ')}`);
    if (Date.parse(timer.dueAt) > Date.parse(this.now)) this.now = timer.dueAt;
    this.timers.delete(timer.key);
    const { key, purpose, dueAt, payload } = timer;
    return this.apply({
      id: this.nextId(),
      type: 'timer.due',
      data: { owner: 'decision', key, purpose, dueAt, payload },
    });
  }

  apply(input: Input): this {
    const transition = step(this.record, input, this.facts, this.now);
    this.last = transition;
    this.record = transition.record;
    if (transition.record !== undefined) IncidentRecordSchema.parse(JSON.parse(JSON.stringify(transition.record)));
    for (const one of transition.drafts)
      findEventDefinition(one.type)?.data.parse(JSON.parse(JSON.stringify(one.data)));
    this.drafts.push(...transition.drafts);
    for (const timer of transition.timers) {
      if (timer.kind === 'schedule') this.timers.set(timer.key, timer);
      else this.timers.delete(timer.key);
    }
    for (const outcome of transition.breakerOutcomes) {
      const key = breakerKey(outcome.playbookId, outcome.service);
      const breaker = recordOutcome(this.facts.breakers.get(key), outcome, this.facts.safety.breaker);
      this.know({ breakers: new Map([...this.facts.breakers, [key, breaker]]) });
    }
    return this;
  }

  nextId(): string {
    this.inputs += 1;
    return `00000000-0000-7000-9000-${String(this.inputs).padStart(12, '0')}`;
  }

  /** Drafts of one type, of the whole scenario. */
  all(type: string): EventDraft[] {
    return this.drafts.filter((one) => one.type === type);
  }
}
