import { IncidentHistoryRecord, PlaybookPerformance } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  falseAlarms,
  historyRecordOf,
  learnOutcome,
  lessonsOf,
  recommendationsFor,
  recommendationsOpenedAt,
} from './index.ts';
import type { Outcome } from './index.ts';
import { at, attempt, completed, incident, signal, stepResult, verified } from './test/cases.ts';

function learn(outcomes: readonly Outcome[]): PlaybookPerformance | undefined {
  let performance: PlaybookPerformance | undefined;
  for (const outcome of outcomes) performance = learnOutcome(performance, outcome);
  return performance && PlaybookPerformance.parse(performance);
}

describe('historyRecordOf', () => {
  it('fills every field of spec 9.1', () => {
    const record = historyRecordOf(incident({ acknowledgedBy: 'kim' }), () => 120);
    expect(IncidentHistoryRecord.parse(record)).toEqual({
      incident_id: incident().id,
      timestamp: at(31),
      detection: {
        method: 'anomaly_detection',
        detection_time: at(30),
        time_to_detect: 30_000,
        initial_severity: 'SEV2',
      },
      classification: {
        category: 'application',
        root_cause: 'latency is high',
        affected_components: ['shop-1'],
        blast_radius: 'single_instance',
      },
      remediation: {
        playbook_id: 'restart',
        playbook_version: '1.2.0',
        execution_time: 2_000,
        steps_executed: ['restart it'],
        outcome: 'success',
      },
      impact: { users_affected: 120, duration: 50_000, revenue_impact: null, services_affected: ['shop'] },
      resolution: { resolution_method: 'auto_remediation', time_to_resolution: 20_000, verification_passed: true },
      metadata: {
        environment: 'production',
        on_call_engineer: 'kim',
        escalated: false,
        post_mortem_created: false,
      },
    });
  });

  it('has no remediation when nothing could change anything', () => {
    const attempts = [attempt({ outcome: 'refused' }), attempt({ outcome: 'dry_run' })];
    expect(historyRecordOf(incident({ attempts }), () => undefined)).toMatchObject({
      remediation: null,
      impact: { users_affected: null },
    });
  });

  it.each([
    ['PARTIAL_SUCCESS', 'partial_success'],
    ['UNCERTAIN', 'failed'],
    ['FAILED', 'failed'],
    [undefined, 'failed'],
  ] as const)('calls an attempt verified as %s %s', (verification, outcome) => {
    const { verification: _, ...unverified } = attempt();
    const attempts = [verification === undefined ? unverified : attempt({ verification })];
    expect(historyRecordOf(incident({ attempts }), () => undefined)?.remediation?.outcome).toBe(outcome);
  });

  it('takes the method from the signal that came first', () => {
    const signals = [signal({ detectedAt: at(40) }), signal({ kind: 'health', detectedAt: at(20) })];
    expect(historyRecordOf(incident({ signals }), () => undefined)?.detection.method).toBe('health_check');
  });

  it('is undefined for an incident that has not ended', () => {
    const { resolution: _, ...open } = incident();
    expect(historyRecordOf(open, () => undefined)).toBeUndefined();
  });
});

describe('learnOutcome', () => {
  it('counts as success only what verification confirmed', () => {
    const performance = learn([
      completed(1),
      verified(1, 'SUCCESS'),
      completed(2),
      verified(2, 'FAILED'),
      completed(3),
      verified(3, 'UNCERTAIN'),
      completed(4, { outcome: 'failed', steps: [stepResult({ outcome: 'failed', detail: 'exit code 7' })] }),
      completed(5),
    ]);
    expect(performance).toMatchObject({
      totalExecutions: 5,
      effective: 1,
      ineffective: 2,
      uncertain: 1,
      successRate: 0.25,
      avgExecutionTimeMs: 2_000,
      lastExecutedAt: at(502),
      stepPerformance: { 1: { executions: 5, successes: 4, totalDurationMs: 5_000, maxDurationMs: 1_000 } },
    });
    expect(performance?.failureModes.map((mode) => mode.mode)).toEqual([
      'restart_service failed in step 1: exit code #',
      'verification UNCERTAIN: latency is still # ms',
      'verification FAILED: latency is still # ms',
    ]);
  });

  it('learns nothing from refusals by a gate or from dry runs', () => {
    const refused = completed(1, { outcome: 'refused', refusedBy: 'budget', steps: [] });
    expect(learn([refused, completed(2, { outcome: 'dry_run' })])).toBeUndefined();
  });

  it('counts a refusal by a pre-condition and a start after the trouble was over as false positives', () => {
    const refused = completed(1, { outcome: 'refused', refusedBy: 'precondition', steps: [] });
    const late = incident({ signals: [signal({ clearedAt: at(35) })] });
    expect(falseAlarms(incident())).toEqual([]);
    const alarms = falseAlarms(late);
    expect(alarms).toHaveLength(1);
    expect(learn([refused, completed(2), ...alarms])).toMatchObject({
      totalExecutions: 1,
      preconditionRefusals: 1,
      falsePositives: 2,
      falsePositiveRate: 1,
    });
  });

  it('keeps the fifty most frequent failure modes', () => {
    const outcomes = Array.from({ length: 70 }, (_, index) =>
      completed(index + 1, {
        outcome: 'failed',
        steps: [],
        reason: `reason ${'x'.repeat(index < 20 ? index % 10 : index)}`,
      }),
    );
    const modes = learn(outcomes)?.failureModes ?? [];
    expect(modes).toHaveLength(50);
    expect(modes.slice(0, 10).every((mode) => mode.count === 2)).toBe(true);
  });

  it('counts one verdict of an execution, even when it is said again much later', () => {
    const first = verified(1, 'SUCCESS');
    const again: Outcome = { ...first, at: at(900) };
    expect(learn([first, again])).toEqual(learn([first]));
  });

  it('does not count again what is older than everything it remembers', () => {
    const outcomes = Array.from({ length: 300 }, (_, index) => completed(index + 1));
    const performance = learn(outcomes);
    expect(performance?.totalExecutions).toBe(300);
    expect(learnOutcome(performance, completed(1))).toBe(performance);
    expect(learnOutcome(performance, completed(300))).toBe(performance);
  });

  it('counts every outcome once, in whatever order and however often it comes', () => {
    const state = fc.constantFrom(
      'SUCCESS' as const,
      'FAILED' as const,
      'UNCERTAIN' as const,
      'PARTIAL_SUCCESS' as const,
    );
    const executions = fc.array(fc.record({ ok: fc.boolean(), state }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(executions, fc.infiniteStream(fc.nat()), (runs, choices) => {
        const once = runs.flatMap((run, index): Outcome[] =>
          run.ok ? [completed(index), verified(index, run.state)] : [completed(index, { outcome: 'failed' })],
        );
        const repeated = [...once, ...once, ...once]
          .map((outcome) => ({ outcome, order: choices.next().value ?? 0 }))
          .sort((left, right) => left.order - right.order)
          .map((each) => each.outcome);
        const facts = (performance: PlaybookPerformance | undefined) => {
          const { optimizationHistory: _, stepPerformance, ...rest } = performance as PlaybookPerformance;
          return { ...rest, steps: stepPerformance['1']?.executions };
        };
        expect(facts(learn(repeated))).toEqual(facts(learn(once)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('recommendations', () => {
  const failing = (execution: number): Outcome =>
    completed(execution, { outcome: 'failed', steps: [stepResult({ outcome: 'failed' })] });

  it('point at a step that fails in more than a fifth of its executions, once', () => {
    const performance = learn([completed(1), completed(2), completed(3), failing(4), failing(5), failing(6)]);
    expect(recommendationsFor(performance as PlaybookPerformance)[0]).toMatchObject({
      issue: 'low_success_rate',
      subject: 'step 1',
      recommendation: 'Review and improve step implementation',
    });
    expect(performance?.optimizationHistory).toEqual([{ at: at(502), change: 'recommended: low_success_rate step 1' }]);
    expect(recommendationsOpenedAt(performance as PlaybookPerformance, at(502))).toHaveLength(1);
    expect(recommendationsOpenedAt(performance as PlaybookPerformance, at(602))).toHaveLength(0);
  });

  it('point at a step that has become slow', () => {
    const quick = [1, 2, 3, 4, 5].map((execution) => completed(execution));
    const slow = [6, 7].map((execution) => completed(execution, { steps: [stepResult({ durationMs: 9_000 })] }));
    expect(recommendationsFor(learn(quick) as PlaybookPerformance)).toEqual([]);
    expect(recommendationsFor(learn([...quick, ...slow]) as PlaybookPerformance)).toMatchObject([
      { issue: 'slow_execution', subject: 'step 1' },
    ]);
  });

  it('point at a playbook that acts when nothing is wrong, and at one that does not help', () => {
    const refused = [1, 2].map((n) => completed(n, { outcome: 'refused', refusedBy: 'precondition', steps: [] }));
    const useless = [3, 4, 5, 6, 7].flatMap((n) => [completed(n), verified(n, 'FAILED')]);
    const issues = recommendationsFor(learn([...refused, ...useless]) as PlaybookPerformance).map((each) => each.issue);
    expect(issues).toEqual(['high_false_positive_rate', 'ineffective_playbook']);
  });

  it('say when they no longer hold', () => {
    const recovered = Array.from({ length: 20 }, (_, index) => completed(index + 7));
    const performance = learn([completed(1), completed(2), completed(3), failing(4), failing(5), ...recovered]);
    expect(performance?.optimizationHistory.map((entry) => entry.change)).toEqual([
      'recommended: low_success_rate step 1',
      'no longer recommended: low_success_rate step 1',
    ]);
  });
});

describe('lessonsOf', () => {
  const issues = (changes: Parameters<typeof incident>[0]) => {
    const one = incident(changes);
    const record = historyRecordOf(one, () => undefined);
    return record === undefined ? [] : lessonsOf(one, record).map((lesson) => lesson.issue);
  };

  it('asks for a post-mortem after SEV0 and SEV1', () => {
    expect(issues({ severity: 'SEV1' })).toEqual(['post_mortem_due']);
    expect(issues({ severity: 'SEV2' })).toEqual([]);
  });

  it('asks for faster detection and for a better playbook', () => {
    const attempts = [attempt({ verification: 'FAILED' })];
    expect(issues({ severity: 'SEV2', detectedAt: at(400), attempts })).toEqual([
      'slow_detection',
      'remediation_failed',
    ]);
  });
});
