import type { Bus } from '@cortex/bus';
import { formatProblems, parseConfiguration } from '@cortex/config';
import {
  type CortexConfiguration,
  type CortexEvent,
  type EventData,
  type IncidentRecord,
  draft,
  healthChanged,
  incidentBucket,
  remediationRequested,
  timerBucket,
} from '@cortex/contracts';
import { timersOf } from '@cortex/decision';
import { systemRuntime } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { Effects } from '../adapters/effects.ts';
import { FactsKeeper } from '../adapters/facts.ts';
import { IncidentStore } from '../adapters/incident-store.ts';
import { Brain, type DecisionEvent } from '../brain.ts';
import { createDecisionMetrics } from '../metrics.ts';
import { Sweep } from '../sweep.ts';

const files: Readonly<Record<string, string>> = {
  '/cortex.yaml': [
    'version: 1',
    'environment: production',
    'playbooks: [./restart.yaml]',
    'services: [{ name: shop, instances: [{ id: shop-1 }] }]',
    'safety: { hold_retry: 1h }',
  ].join('\n'),
  '/restart.yaml': [
    'playbook_id: restart',
    'name: Restart',
    'version: 1.0.0',
    'category: application',
    'severity: high',
    'trigger: { condition: \'"process_running" in failing_check_types\' }',
    'remediation_steps:',
    '  - { step: 1, name: restart, action: restart_service, timeout: 30s, on_ambiguous: probe }',
    'verification: { wait_time: 1s, retry: 1 }',
    'rollback: { available: false, reason: a restart cannot be undone }',
    'safety: { max_retries: 5, blast_radius: single_service }',
  ].join('\n'),
};

function configuration(): CortexConfiguration {
  const result = parseConfiguration({
    entry: '/cortex.yaml',
    readFile: (path) => files[path] ?? '',
    listFiles: (pattern) => Object.keys(files).filter((path) => path === pattern),
  });
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.configuration;
}

/** A replica of decision whose events are handed to it, and that can be made to stand still between a record and its effects. */
export interface Replica {
  readonly bus: Bus;
  readonly brain: Brain;
  readonly sweep: Sweep;
  /** The next effects wait for the returned function; `reached` resolves when a record is written and they are due. */
  standStill(): { readonly reached: Promise<void>; readonly goOn: () => void };
  stop(): Promise<void>;
}

export async function startReplica(bus: Bus): Promise<Replica> {
  let gate: { readonly arrive: () => void; readonly opened: Promise<void> } | undefined;
  const runtime: Runtime = {
    ...systemRuntime,
    async nextTurn() {
      const present = gate;
      gate = undefined;
      present?.arrive();
      await present?.opened;
      await systemRuntime.nextTurn();
    },
  };
  const config = configuration();
  const logger = pino({ level: 'silent' });
  const facts = await FactsKeeper.start(bus, config, runtime);
  const timers = await bus.timers('decision');
  const effects = new Effects(bus, timers, facts.breakers, logger, runtime);
  const store = await IncidentStore.open(bus, runtime.now);
  const metrics = createDecisionMetrics(new Registry(), { isKillSwitchOn: () => false, countSilences: () => 0 });
  const brain = new Brain({ store, facts, effects, metrics, logger, now: runtime.now });
  await brain.start();
  return {
    bus,
    brain,
    sweep: new Sweep({ brain, store, effects, logger, runtime }),
    standStill() {
      let [arrive, goOn] = [() => {}, () => {}];
      const reached = new Promise<void>((resolve) => (arrive = resolve));
      const opened = new Promise<void>((resolve) => (goOn = resolve));
      gate = { arrive, opened };
      return { reached, goOn };
    },
    async stop() {
      await facts.stop();
      await bus.drain(1_000);
    },
  };
}

export async function publishTrouble(bus: Bus): Promise<DecisionEvent> {
  const target = { service: 'shop', instance: 'shop-1' };
  const since = new Date().toISOString();
  const outcome = { check: 'alive', type: 'process_running', tier: 'shallow', target, result: 'fail' } as const;
  const failing = [{ ...outcome, attempts: 3, durationMs: 1, detail: 'no such process', observedAt: since }];
  const data: EventData<'health.changed'> = {
    target,
    from: 'HEALTHY',
    to: 'UNHEALTHY',
    since,
    failing,
    dependenciesDown: [],
    flapping: false,
    reason: 'shop-1 is UNHEALTHY',
  };
  return bus.publish(draft(healthChanged, { service: 'shop', data })) as Promise<DecisionEvent>;
}

/** The answer of the executor to the newest request of an incident, and of the verifier after it. */
export async function publishAnswers(
  bus: Bus,
  { data: request }: CortexEvent<'remediation.requested'>,
): Promise<readonly [completed: DecisionEvent, verified: DecisionEvent]> {
  const { executionId, incidentId, playbook } = request;
  const targets = request.targets.map(({ service, instance }) => ({ service, instance }));
  const at = new Date().toISOString();
  const execution = { executionId, incidentId, targets, completedAt: at, durationMs: 5 };
  const completed = await bus.publish({
    type: 'remediation.completed',
    service: 'shop',
    incidentId,
    data: { ...execution, playbook, outcome: 'succeeded', reason: 'every step ran', steps: [], startedAt: at },
  });
  const verified = await bus.publish({
    type: 'verification.completed',
    service: 'shop',
    incidentId,
    data: {
      ...execution,
      playbookId: playbook.id,
      state: 'FAILED',
      reason: 'seen',
      recommendation: 'investigate',
      findings: [],
    },
  });
  return [completed as DecisionEvent, verified as DecisionEvent];
}

/** Requests in the order of their stream, until there are so many. */
export async function requestsUntil(bus: Bus, count: number): Promise<readonly CortexEvent<'remediation.requested'>[]> {
  const found: CortexEvent<'remediation.requested'>[] = [];
  let enough = (): void => {};
  const all = new Promise<void>((resolve) => (enough = resolve));
  const reading = await bus.read({
    event: remediationRequested,
    from: 'all',
    handle(event) {
      found.push(event);
      if (found.length === count) enough();
    },
  });
  await all;
  await reading.stop();
  return found;
}

export async function onlyRecord(bus: Bus): Promise<IncidentRecord> {
  const [entry] = await (await bus.bucket(incidentBucket)).entries();
  if (entry === undefined) throw new Error('no incident');
  return entry.value;
}

/** Timers that the record relies on, and those that are there: by key, with their due time. */
export async function timersNow(bus: Bus): Promise<{ readonly relied: object; readonly stored: object }> {
  const relied = timersOf(await onlyRecord(bus)).map(({ key, dueAt }) => [key, dueAt]);
  const entries = await (await bus.bucket(timerBucket)).entries('decision.*');
  const stored = entries.map(({ key, value }) => [key.slice('decision.'.length), value.dueAt]);
  return { relied: Object.fromEntries(relied), stored: Object.fromEntries(stored) };
}
