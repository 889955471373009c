import {
  type EventData,
  type EventDraft,
  type IncidentRecord,
  type Silence,
  decisionStepNames,
} from '@cortex/contracts';
import { findSilence } from '@cortex/suppression';
import fc from 'fast-check';
import { strict as assert } from 'node:assert';
import { expect, test } from 'vitest';
import type { Input } from './model/input.ts';
import { readMemory } from './model/memory.ts';
import { timersOf } from './record/timers.ts';
import { whatEnds } from './record/what-ends.ts';
import { unsuccessfulAttempts } from './assessment/attempts.ts';
import { step } from './step.ts';
import { Scenario, makePlaybook, makeSafety, makeService, makeSilence } from './testing/scenario.ts';
import { addMs } from './time.ts';

/** One thing that happens; the numbers choose among what is possible at that moment. */
const Happening = fc.record({
  what: fc.constantFrom(
    'health',
    'health',
    'anomaly',
    'anomaly',
    'clear',
    'answer',
    'answer',
    'answer',
    'redeliver',
    'timer',
    'timer',
    'kill_switch',
    'silence',
    'lift',
    'lease',
    'grant',
    'grant',
    'deny',
    'acknowledge',
    'close',
    'wait',
  ),
  choice: fc.nat(1_000),
  /** True: the process dies after the step and before the write, and the event comes again. */
  crash: fc.boolean(),
});
type Happening = typeof Happening extends fc.Arbitrary<infer Value> ? Value : never;

const states = ['DEGRADED', 'UNHEALTHY', 'HEALTHY', 'CRITICAL', 'UNKNOWN'] as const;
const severities = ['info', 'medium', 'high', 'critical'] as const;
const harms = ['limit', 'none', 'silence', 'unjudged', 'alert'] as const;
const outcomes = ['succeeded', 'succeeded', 'succeeded', 'failed', 'refused', 'ambiguous'] as const;
const refusals = ['silence', 'kill_switch', 'target_lock', 'budget', 'precondition', 'invalid_plan'] as const;
const verdicts = ['SUCCESS', 'PARTIAL_SUCCESS', 'FAILED', 'UNCERTAIN'] as const;
const rollbacks = ['succeeded', 'failed', 'not_available'] as const;
const maxAttempts = 3;
/** As often as an incident can be raised, and more. */
const mostHours = 6;

const restart = makePlaybook({
  safety: { maxRetries: 1 },
  rollback: { available: true },
});
const clean = makePlaybook({
  id: 'clean',
  category: 'infrastructure',
  trigger: { condition: 'disk_usage_percent > 85' },
  safety: { maxRetries: 5, blastRadius: 'single_service' },
});
const careful = makePlaybook({
  id: 'careful',
  trigger: { condition: 'health_state == "CRITICAL"', durationMs: 60_000 },
  safety: { requireApproval: true },
});

function pick<Value>(values: readonly [Value, ...Value[]], choice: number): Value {
  return values[choice % values.length] ?? values[0];
}

/** The reducer, and everything around it that answers late, twice and out of order. */
class Model {
  readonly scenario = new Scenario({
    services: [makeService('shop', 3)],
    playbooks: [restart, clean, careful],
    safety: makeSafety({ maxAttempts, protectedTargets: [{ service: 'shop', instance: 'shop-3' }] }),
  });
  readonly outstanding: Input[] = [];
  readonly past: Input[] = [];
  readonly timers = new Map<
    string,
    { readonly dueAt: string; readonly purpose: string; readonly payload: EventData<'timer.due'>['payload'] }
  >();
  readonly openedIds: string[] = [];
  readonly resolvedIds: string[] = [];
  record: IncidentRecord | undefined;

  happen({ what, choice, crash }: Happening): void {
    const { scenario } = this;
    const instance = `shop-${(choice % 3) + 1}`;
    const id = scenario.nextId();
    const incidentId = this.record?.incident.id;
    switch (what) {
      case 'health': {
        const to = pick(states, choice);
        scenario.setHealth('shop', instance, to);
        const data = scenario.healthChange(instance, to, choice % 2 === 0 ? ['process_running'] : ['http_endpoint']);
        return this.take({ id, type: 'health.changed', data }, crash);
      }
      case 'anomaly':
        return this.take(
          { id, type: choice % 4 === 0 ? 'anomaly.updated' : 'anomaly.detected', data: this.anomaly(choice, instance) },
          crash,
        );
      case 'clear':
        return this.take(
          {
            id,
            type: 'anomaly.cleared',
            data: {
              anomalyId: `a${choice % 4}`,
              service: 'shop',
              metric: 'disk_usage_percent',
              labels: {},
              startedAt: scenario.now,
              clearedAt: scenario.now,
              reason: '',
            },
          },
          crash,
        );
      case 'answer': {
        const [answer] = this.outstanding.splice(choice % Math.max(1, this.outstanding.length), 1);
        if (answer !== undefined) this.take(answer, crash);
        return;
      }
      case 'redeliver': {
        const again = this.past[choice % Math.max(1, this.past.length)];
        if (again === undefined) return;
        const before = JSON.stringify(this.record);
        const wasTaken = this.record?.applied.includes(again.id) === true;
        if (!wasTaken) return this.take(again, crash);
        const transition = step(this.record, again, scenario.facts, scenario.now);
        assert.equal(transition.ignored, 'taken_in_before');
        assert.equal(JSON.stringify(transition.record), before);
        assert.deepEqual(transition.drafts, []);
        return;
      }
      case 'timer':
        return this.fire(choice, crash);
      case 'kill_switch': {
        const state = { on: choice % 2 === 0, by: 'ada', reason: 'drill', at: scenario.now };
        const isUnreadable = choice % 5 === 0;
        scenario.know({ killSwitch: isUnreadable ? undefined : state });
        if (!isUnreadable)
          this.take({ id, type: 'control.changed', data: { ...state, control: 'kill_switch' } }, crash);
        return;
      }
      case 'silence': {
        if (choice % 7 === 0) return void scenario.know({ hasUnreadableSilence: true });
        const scope = choice % 2 === 0 ? {} : { instance };
        const silence = makeSilence(scenario.now, { ...scope, endsAt: addMs(scenario.now, choice * 1_000) });
        scenario.know({ silences: [silence], hasUnreadableSilence: false });
        return this.take(
          { id, type: 'control.changed', data: { control: 'silence', action: 'created', silence } },
          crash,
        );
      }
      case 'lift': {
        const [set] = scenario.facts.silences;
        scenario.know({ silences: [], hasUnreadableSilence: false });
        if (set === undefined) return;
        const silence = { ...set, lifted: { by: 'ada', at: scenario.now } };
        return this.take(
          { id, type: 'control.changed', data: { control: 'silence', action: 'lifted', silence } },
          crash,
        );
      }
      case 'lease': {
        const isHeld = choice % 3 === 0;
        const until = addMs(scenario.now, 60_000);
        const reservation = { instance, executionId: 'other', at: scenario.now, until };
        scenario.know({
          heldLeases: isHeld && choice % 2 === 0 ? new Set([`target.shop.${instance}`]) : new Set(),
          reservations: new Map(isHeld && choice % 2 === 1 ? [['shop', [reservation]]] : []),
        });
        return;
      }
      case 'grant':
      case 'deny': {
        const approval = this.record?.incident.approval;
        if (approval === undefined || incidentId === undefined) return;
        const planHash = choice % 7 === 0 ? 'another plan' : approval.planHash;
        const data = { approvalId: approval.approvalId, incidentId, planHash, by: `human-${choice % 3}`, comment: '' };
        return this.take({ id, type: what === 'grant' ? 'approval.granted' : 'approval.denied', data }, crash);
      }
      case 'acknowledge':
        if (incidentId !== undefined)
          this.take(
            { id, type: 'escalation.acknowledged', data: { incidentId, by: 'ada', comment: '', at: scenario.now } },
            crash,
          );
        return;
      case 'close':
        if (incidentId !== undefined && choice % 4 === 0)
          this.take({ id, type: 'incident.close.requested', data: { incidentId, by: 'ada', comment: '' } }, crash);
        return;
      case 'wait':
        scenario.wait(choice * 100);
        return;
      default: {
        const impossible: never = what;
        throw new TypeError(String(impossible));
      }
    }
  }

  anomaly(choice: number, instance: string): EventData<'anomaly.detected'> {
    const { now } = this.scenario;
    return {
      anomalyId: `a${choice % 4}`,
      kind: choice % 2 === 0 ? 'threshold' : 'metric',
      service: 'shop',
      ...(choice % 5 === 0 ? {} : { instance }),
      metric: 'disk_usage_percent',
      labels: {},
      value: 90,
      score: 0.8,
      severity: pick(severities, choice),
      harm: { kind: pick(harms, choice), reason: 'as it is' },
      components: {},
      algorithms: [],
      direction: 'up',
      triggers: choice % 2 === 0 ? ['clean'] : [],
      startedAt: now,
      observedAt: now,
      explanation: 'the disk is filling',
    };
  }

  fire(choice: number, crash: boolean): void {
    const keys = [...this.timers.keys()];
    const key = keys[choice % Math.max(1, keys.length)];
    const timer = key === undefined ? undefined : this.timers.get(key);
    if (key === undefined || timer === undefined) return;
    const { scenario } = this;
    if (Date.parse(timer.dueAt) > Date.parse(scenario.now)) scenario.now = timer.dueAt;
    this.timers.delete(key);
    this.take({ id: scenario.nextId(), type: 'timer.due', data: { owner: 'decision', key, ...timer } }, crash);
  }

  take(input: Input, crash: boolean): void {
    const { scenario } = this;
    scenario.wait(1);
    const isSignal = input.type === 'health.changed' || input.type.startsWith('anomaly.');
    const owner = ownerOf(input);
    if (!isSignal && owner !== undefined && owner !== this.record?.incident.id) return;
    scenario.know({ newIncidentId: `0${input.id.slice(1)}` });
    const stored = this.record === undefined ? undefined : JSON.stringify(this.record);
    const transition = step(this.record, input, scenario.facts, scenario.now);
    assert.equal(this.record === undefined ? undefined : JSON.stringify(this.record), stored);
    this.past.push(input);
    if (crash)
      assert.deepEqual(
        step(stored === undefined ? undefined : JSON.parse(stored), input, scenario.facts, scenario.now),
        transition,
      );
    if (transition.ignored !== undefined) {
      assert.equal(transition.record, this.record);
      return;
    }
    const before = this.record;
    this.record = JSON.parse(JSON.stringify(transition.record)) as IncidentRecord;
    for (const timer of transition.timers) {
      if (timer.kind === 'cancel') this.timers.delete(timer.key);
      else this.timers.set(timer.key, { dueAt: timer.dueAt, purpose: timer.purpose, payload: timer.payload });
    }
    this.check(before, transition.drafts);
    if (isSignal) this.checkNewTrouble(before, transition.drafts);
    for (const one of transition.drafts) this.answerTo(one);
  }

  /** What executor and verifier will say, in an order and with an outcome of their own. */
  answerTo(one: EventDraft): void {
    const { scenario } = this;
    const choice = this.past.length * 7 + this.outstanding.length;
    if (one.type === 'remediation.requested') {
      const data = one.data as EventData<'remediation.requested'>;
      const { executionId, incidentId, playbook } = data;
      const targets = data.targets.map(({ service, instance }) => ({ service, instance }));
      const outcome = pick(outcomes, choice);
      const at = scenario.now;
      const ended = outcome === 'failed' || outcome === 'ambiguous' ? outcome : ('succeeded' as const);
      const steps =
        outcome === 'refused'
          ? []
          : targets.map((target) => ({
              step: 1,
              name: 'a',
              action: 'a',
              target,
              outcome: ended,
              attempts: 1,
              startedAt: at,
              durationMs: 1,
              detail: '',
              inferred: false,
            }));
      this.outstanding.push(
        {
          id: scenario.nextId(),
          type: 'remediation.started',
          data: { executionId, incidentId, playbookId: playbook.id, targets, startedAt: at },
        },
        {
          id: scenario.nextId(),
          type: 'remediation.completed',
          data: {
            executionId,
            incidentId,
            playbook,
            targets,
            outcome,
            reason: outcome,
            ...(outcome === 'refused' ? { refusedBy: pick(refusals, choice) } : {}),
            steps,
            startedAt: at,
            completedAt: at,
            durationMs: 1,
          },
        },
      );
      if (outcome === 'succeeded') {
        const state = pick(verdicts, choice);
        this.outstanding.push({
          id: scenario.nextId(),
          type: 'verification.completed',
          data: {
            executionId,
            incidentId,
            playbookId: playbook.id,
            targets,
            state,
            reason: state,
            recommendation: 'close',
            findings: [],
            completedAt: at,
            durationMs: 1,
          },
        });
      }
    }
    if (one.type === 'remediation.rollback.requested') {
      const { executionId, incidentId, remediation } = one.data as EventData<'remediation.rollback.requested'>;
      this.outstanding.push({
        id: scenario.nextId(),
        type: 'remediation.rolledback',
        data: {
          executionId,
          incidentId,
          playbookId: remediation.playbook.id,
          targets: [],
          outcome: pick(rollbacks, choice),
          reason: '',
          steps: [],
          completedAt: scenario.now,
        },
      });
    }
  }

  check(before: IncidentRecord | undefined, drafts: readonly EventDraft[]): void {
    const record = this.record;
    if (record === undefined) throw new Error('a change without a record');
    const { incident } = record;
    const memory = readMemory(record);
    const { killSwitch, silences, hasUnreadableSilence } = this.scenario.facts;
    const holds = (one: Silence): boolean => findSilence([one], this.scenario.now, () => true) !== undefined;
    const isQuiet = silences.some((one) => one.instance === undefined && holds(one));
    const names = drafts.map((one) => `${one.type} ${one.key}`);
    assert.equal(new Set(names).size, names.length);
    for (const decision of incident.decisions)
      assert.deepEqual(
        decision.steps.map((one) => one.name),
        decisionStepNames,
      );

    for (const request of drafts.filter((one) => one.type === 'remediation.requested')) {
      const data = request.data as EventData<'remediation.requested'>;
      assert.equal(killSwitch?.on, false);
      assert.ok(!hasUnreadableSilence);
      const isSilenced = (id: string): boolean => silences.some((one) => (one.instance ?? id) === id && holds(one));
      assert.ok(!data.targets.some((target) => isSilenced(target.instance)));
      assert.ok(data.targets.length > 0);
      assert.ok(!data.targets.map((target) => target.instance).includes('shop-3'));
      const others = incident.attempts.filter((attempt) => attempt.executionId !== data.executionId);
      assert.equal(
        others.every((attempt) => attempt.outcome !== undefined),
        true,
      );
      assert.ok(!(before?.incident.attempts ?? []).some((attempt) => attempt.executionId === data.executionId));
      if (data.playbook.id === 'careful') {
        const { approval, attempts } = incident;
        assert.equal(approval?.status, 'granted');
        // An approval is for one execution, or for the next ones when those before were refused.
        const first = attempts.findIndex((attempt) => attempt.executionId === approval?.executionId);
        assert.ok(first >= 0);
        const used = attempts.slice(first).filter((attempt) => attempt.executionId !== data.executionId);
        assert.ok(used.every((attempt) => attempt.outcome === 'refused'));
      }
    }
    for (const call of drafts.filter((one) => one.type === 'escalation.requested'))
      assert.ok(!isQuiet || (call.data as EventData<'escalation.requested'>).urgent);
    assert.ok(unsuccessfulAttempts(incident).length <= maxAttempts);
    assert.ok(incident.attempts.filter((attempt) => attempt.outcome === undefined).length <= 1);

    for (const one of drafts) {
      if (one.type === 'incident.opened') this.openedIds.push(one.incidentId ?? '');
      if (one.type === 'incident.resolved') this.resolvedIds.push(one.incidentId ?? '');
    }
    assert.equal(new Set(this.openedIds).size, this.openedIds.length);
    assert.equal(new Set(this.resolvedIds).size, this.resolvedIds.length);
    assert.ok(JSON.stringify(record).length < 300_000);

    const own = [...this.timers].filter(([key]) => key.startsWith(incident.id));
    assert.deepEqual(Object.fromEntries(own.map(([key, timer]) => [key, timer.dueAt])), memory.timers);
    const relied = timersOf(record).map(({ key, dueAt, purpose, payload }) => [key, { dueAt, purpose, payload }]);
    assert.deepEqual(Object.fromEntries(relied), Object.fromEntries(own));
    // Timers fire in any order here, so that it says nothing when one is late.
    assert.notEqual(whatEnds(record, incident.openedAt), undefined, `${incident.status} without an end`);
    if (incident.status === 'resolved') assert.deepEqual(memory.timers, {});
  }

  /** Trouble that begins after everything had cleared is decided on, unless what runs or is watched decides soon. */
  checkNewTrouble(before: IncidentRecord | undefined, drafts: readonly EventDraft[]): void {
    const record = this.record;
    if (record === undefined || before?.incident.id !== record.incident.id) return;
    const isActive = ({ incident }: IncidentRecord): boolean => incident.signals.some(({ active }) => active);
    if (isActive(before) || !isActive(record)) return;
    const { status, id } = record.incident;
    const isWatched = status === 'monitoring' && readMemory(record).timers[`${id}-monitoring`] !== undefined;
    if (isWatched || ['remediating', 'verifying', 'rolling_back'].includes(before.incident.status)) return;
    assert.ok(
      drafts.some(({ type }) => type === 'decision.made'),
      `${before.incident.status}: new trouble, and nothing was decided`,
    );
  }

  isWithHumans(): boolean {
    const incident = this.record?.incident;
    return incident !== undefined && (incident.escalations.length > 0 || incident.acknowledgedBy !== undefined);
  }

  /** Nothing new goes wrong: every answer comes, every timer fires. */
  settle(): void {
    this.scenario.know({
      killSwitch: { on: false, by: 'ada', reason: '', at: this.scenario.now },
      silences: [],
      hasUnreadableSilence: false,
      heldLeases: new Set(),
    });
    let hours = 0;
    for (let round = 0; round < 150 && (this.outstanding.length > 0 || this.timers.size > 0); round += 1) {
      const answer = this.outstanding.shift();
      if (answer !== undefined) {
        this.take(answer, false);
        continue;
      }
      // What is left to people is raised every hour, without an end.
      const isLeft = [...this.timers.keys()].every((key) => key.endsWith('-prolonged'));
      if (isLeft) hours += 1;
      if (hours > mostHours) return;
      this.fire(round, false);
    }
  }
}

function ownerOf(input: Input): unknown {
  if (input.type === 'timer.due') return input.data.payload['incidentId'];
  return 'incidentId' in input.data ? input.data.incidentId : undefined;
}

test('whatever happens, in whatever order and however often: the invariants hold', () => {
  let runs = 0;
  fc.assert(
    fc.property(fc.array(Happening, { minLength: 5, maxLength: 80 }), (happenings) => {
      const model = new Model();
      for (const happening of happenings) model.happen(happening);
      model.settle();
      if (model.record === undefined) return;
      const { incident } = model.record;
      const onlyInforms = incident.status === 'open' && incident.harm?.isHarmful === false;
      assert.ok(
        incident.status === 'resolved' || onlyInforms || model.isWithHumans(),
        `${incident.status} and nobody knows`,
      );
      runs += 1;
    }),
    { numRuns: 1_500 },
  );
  expect(runs).toBeGreaterThan(1_000);
}, 120_000);
