import type { Condition } from '@cortex/conditions';
import { compileCondition } from '@cortex/conditions';
import type { CheckOutcome, CheckTier, Playbook, Target, TriggeringSignal } from '@cortex/contracts';
import type { Worse } from './direction.ts';
import { worseDirection } from './direction.ts';
import type { EffectSpan, SeriesStore } from './series.ts';
import { metricsOfSignals, type SignalWord } from './triggering.ts';

/** A health check of one of the targets. */
export interface VerificationCheck {
  readonly name: string;
  readonly target: Target;
  readonly tier: CheckTier;
  readonly intervalMs: number;
}

export interface VerificationRequest {
  readonly playbook: Pick<Playbook, 'id' | 'verification' | 'trigger'>;
  readonly targets: readonly Target[];
  /** What led to the remediation: each must be seen gone. */
  readonly signals?: readonly TriggeringSignal[];
  /** Every configured check of the targets. */
  readonly checks: readonly VerificationCheck[];
  /** When the remediation began. */
  readonly startedAt: string;
  /** When its last effect ended: only observations strictly after it count. */
  readonly effectAt: string;
}

/** The results of one condition or check so far, round by round. */
export interface TrackRecord {
  readonly verdict: 'pass' | 'fail' | 'no_data';
  readonly detail: string;
  readonly atMs: number;
  readonly rounds: number;
  /** How often a pass followed a fail or the other way round. */
  readonly turns: number;
  /** Start of the unbroken run of passes. */
  readonly passingSinceMs?: number;
}

export interface TargetCondition {
  readonly key: string;
  readonly target: Target;
  readonly condition: Condition;
}

/** Settling; then looking until a look finds nothing wrong; then watching that this lasts. */
export type Stage = 'settling' | 'looking' | 'watching';

export interface VerificationProgress {
  readonly request: VerificationRequest;
  readonly span: EffectSpan;
  readonly conditions: readonly TargetCondition[];
  /** The watched metrics, each with the direction that is worse where a condition implies it. */
  readonly metrics: ReadonlyMap<string, Worse | undefined>;
  readonly series: SeriesStore;
  /** What the sources of the anomalies said last, by the key of the signal. */
  readonly words: ReadonlyMap<string, SignalWord>;
  readonly stage: Stage;
  readonly stageSinceMs: number;
  readonly nextRoundMs: number;
  /** Looks made in the stage `looking`. */
  readonly looks: number;
  /** True from the request to run checks until their results are in. */
  readonly isRunning: boolean;
  readonly lastRunMs: ReadonlyMap<string, number>;
  readonly checksBefore: ReadonlyMap<string, boolean>;
  readonly records: ReadonlyMap<string, TrackRecord>;
  /** Start of the unbroken run of rounds in which nothing failed. */
  readonly streakSinceMs?: number;
  /** Start of the run of rounds in which something failed. */
  readonly brokenSinceMs?: number;
  /** From the first to the last round of the newest run in which nothing failed. */
  readonly heldMs?: number;
  readonly breaks: number;
}

/** Starts a verification. Throws `ConditionError` for a condition that does not compile. */
export function beginVerification(request: VerificationRequest, now: string): VerificationProgress {
  const { verification, trigger } = request.playbook;
  const compiled = verification.conditions.map((text) => compileCondition(text));
  const effectAtMs = Date.parse(request.effectAt);
  const settledAtMs = Math.max(Date.parse(now), effectAtMs + verification.waitMs);
  const metrics = new Map<string, Worse | undefined>();
  for (const metric of verification.shortTerm.metrics) metrics.set(metric, worseByTrigger(trigger.condition, metric));
  for (const condition of compiled) {
    for (const variable of condition.variables) {
      metrics.set(variable, worseDirection(condition) ?? metrics.get(variable));
    }
  }
  for (const metric of metricsOfSignals(request)) if (!metrics.has(metric)) metrics.set(metric, undefined);
  return {
    request,
    span: { startedAtMs: Date.parse(request.startedAt), effectAtMs },
    conditions: compiled.flatMap((condition) =>
      request.targets.map((target) => ({ key: `${targetName(target)}: ${condition.source}`, target, condition })),
    ),
    metrics,
    series: new Map(),
    words: new Map(),
    stage: 'settling',
    stageSinceMs: Date.parse(now),
    nextRoundMs: settledAtMs,
    looks: 0,
    isRunning: false,
    lastRunMs: new Map(),
    checksBefore: new Map(),
    records: new Map(),
    breaks: 0,
  };
}

export function targetName(target: Target): string {
  return `${target.service}/${target.instance}`;
}

/** The name under which a check is known here. */
export function checkKey(check: Pick<VerificationCheck, 'name' | 'target'>): string {
  return `${targetName(check.target)}: ${check.name}`;
}

export function outcomeKey(outcome: Pick<CheckOutcome, 'check' | 'target'>): string {
  return checkKey({ name: outcome.check, target: outcome.target });
}

/** A trigger holds while things are bad, so its metric gets worse in the opposite direction. */
function worseByTrigger(trigger: string, metric: string): Worse | undefined {
  const condition = compileCondition(trigger);
  if (condition.variables.length !== 1 || condition.variables[0] !== metric) return undefined;
  switch (worseDirection(condition)) {
    case 'up':
      return 'down';
    case 'down':
      return 'up';
    default:
      return undefined;
  }
}
